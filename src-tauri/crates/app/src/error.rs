//! The boundary's errors: a "no" the clerk can act on, or a broken thing in plain words.

use domain::refusal::Refusal;
use serde::Serialize;
use specta::Type;
use store::StoreFault;

/// A refusal as it crosses the boundary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RefusalView {
    /// Stable machine word.
    pub code: String,
    /// JSON path of the field at fault.
    pub field: Option<String>,
    /// Words for the clerk.
    pub message: String,
}

impl From<Refusal> for RefusalView {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.code.to_owned(), field: refusal.field, message: refusal.message }
    }
}

/// Why a use case did not happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ApiError {
    /// A "no" with the field and the rule.
    #[error("{}", .refusal.message)]
    Refused {
        /// The refusal.
        refusal: RefusalView,
    },
    /// The officer may not do this.
    #[error("{message}")]
    NotAllowed {
        /// Words for the officer.
        message: String,
    },
    /// Nothing by that name.
    #[error("{message}")]
    NotFound {
        /// Words for the officer.
        message: String,
    },
    /// What was shown has changed since.
    #[error("{message}")]
    Stale {
        /// Words for the officer.
        message: String,
    },
    /// No room on the disk.
    #[error("{message}")]
    DiskFull {
        /// Words for the officer.
        message: String,
    },
    /// The store may only be read.
    #[error("{message}")]
    StoreReadOnly {
        /// Words for the officer.
        message: String,
    },
    /// The disk failed: nothing is taken in until the store was reopened.
    #[error("{message}")]
    IntakeStopped {
        /// Words for the officer.
        message: String,
    },
    /// The store is locked.
    #[error("{message}")]
    Locked {
        /// Words for the officer.
        message: String,
    },
    /// A broken thing; the incident number stands in the log.
    #[error("{message}")]
    Internal {
        /// Number to look for in the log.
        incident: String,
        /// Words for the officer.
        message: String,
    },
}

/// The usual result of a use case.
pub type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    /// Nothing by that name.
    pub fn not_found(message: impl Into<String>) -> Self {
        ApiError::NotFound { message: message.into() }
    }

    /// A broken thing: logged with an incident number, said in plain words.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        let mut words = cause.to_string();
        let mut source = cause.source();
        while let Some(next) = source {
            words = format!("{words}: {next}");
            source = next.source();
        }
        let incident = incident_of(&words);
        tracing::error!(incident, cause = words, "internal fault");
        ApiError::Internal {
            incident: incident.clone(),
            message: format!(
                "Có lỗi trong phần mềm (mã sự cố {incident}). Dữ liệu đã lưu vẫn còn nguyên; hãy thử lại, nếu vẫn lỗi hãy báo quản trị."
            ),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        ApiError::Refused { refusal: refusal.into() }
    }
}

impl From<StoreFault> for ApiError {
    fn from(fault: StoreFault) -> Self {
        match &fault {
            StoreFault::DiskFull(_) => ApiError::DiskFull {
                message: "Ổ đĩa đã đầy: việc vừa làm chưa được lưu, các hồ sơ trước đó vẫn an toàn. Hãy xóa bớt tệp khác trên ổ đĩa rồi làm lại.".into(),
            },
            StoreFault::ReadOnly(_) | StoreFault::NewerSchema { .. } => ApiError::StoreReadOnly {
                message: "Thư mục dữ liệu không ghi được. Hãy kiểm tra quyền ghi hoặc ổ đĩa, dữ liệu cũ vẫn còn nguyên.".into(),
            },
            StoreFault::Disk(_) | StoreFault::Corrupt(_) => ApiError::IntakeStopped {
                message: "Ổ đĩa báo lỗi khi ghi nên đã dừng tiếp nhận. Việc vừa làm chưa chắc đã lưu; hãy mở lại kho dữ liệu để kiểm tra trước khi làm tiếp.".into(),
            },
            StoreFault::GivenUp => ApiError::stopped(),
            StoreFault::InUse(_) => ApiError::Stale { message: "Kho dữ liệu đang bận ở cửa sổ khác. Hãy thử lại sau giây lát.".into() },
            _ => ApiError::internal(&fault),
        }
    }
}

impl From<vault::disk::FileFault> for ApiError {
    fn from(fault: vault::disk::FileFault) -> Self {
        if fault.is_disk_full() {
            return ApiError::DiskFull {
                message:
                    "Ổ đĩa đã đầy: tệp chưa được lưu. Hãy xóa bớt tệp khác trên ổ đĩa rồi làm lại."
                        .into(),
            };
        }
        if fault.is_read_only() {
            return ApiError::StoreReadOnly {
                message: "Thư mục dữ liệu không ghi được. Hãy kiểm tra quyền ghi của thư mục."
                    .into(),
            };
        }
        if fault.is_sync_failure() {
            return ApiError::IntakeStopped {
                message: "Ổ đĩa báo lỗi khi ghi tệp: tệp chưa được lưu. Hãy kiểm tra ổ đĩa.".into(),
            };
        }
        ApiError::internal(&fault)
    }
}

fn incident_of(words: &str) -> String {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(words.as_bytes());
    digest.iter().take(4).map(|byte| format!("{byte:02X}")).collect()
}

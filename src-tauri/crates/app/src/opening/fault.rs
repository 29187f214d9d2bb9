//! Why an office could not be opened, in plain words with the next step.

use crate::error::ApiError;
use crate::views::FaultView;
use std::error::Error;
use store::StoreFault;
use vault::blobs::BlobFault;
use vault::disk::FileFault;
use vault::keys::KeyFault;

/// Why the office stays closed. Nothing is lost by any of them.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    /// No first run here yet.
    #[error("not commissioned")]
    NotCommissioned,
    /// A secret is needed.
    #[error("locked")]
    Locked,
    /// A database without a key file.
    #[error("the key file is missing")]
    KeyMissing,
    /// A key file without a database.
    #[error("the database is missing")]
    DatabaseMissing,
    /// The key file.
    #[error(transparent)]
    Key(#[from] KeyFault),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// Another process works here.
    #[error("already open in another window")]
    SecondInstance,
    /// Files and folders.
    #[error(transparent)]
    File(#[from] FileFault),
    /// Files and folders.
    #[error("file system")]
    Io(#[from] std::io::Error),
    /// The identity of this installation.
    #[error("device identity")]
    Identity(#[source] Box<dyn Error + Send + Sync>),
    /// A fault in the application itself, or a refused first run.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl From<BlobFault> for OpenFault {
    fn from(fault: BlobFault) -> Self {
        Self::identity(fault)
    }
}

impl OpenFault {
    /// A fault around what tells this installation from a copy of it.
    pub(crate) fn identity(fault: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        OpenFault::Identity(fault.into())
    }

    /// The stable word of the fault.
    pub fn code(&self) -> &'static str {
        match self {
            OpenFault::NotCommissioned => "not_commissioned",
            OpenFault::Locked => "locked",
            OpenFault::KeyMissing | OpenFault::Key(KeyFault::Missing) => "key_missing",
            OpenFault::Key(
                KeyFault::WrongPassphrase
                | KeyFault::WrongRecoveryKey
                | KeyFault::RecoveryKeyMistyped(_)
                | KeyFault::WrongKeyringSecret,
            ) => "wrong_key",
            OpenFault::Key(KeyFault::NewerFormat(_))
            | OpenFault::Store(StoreFault::NewerSchema { .. }) => "newer_schema",
            OpenFault::Key(KeyFault::File(fault)) | OpenFault::File(fault) => file_code(fault),
            OpenFault::Key(_) => "key_damaged",
            OpenFault::Store(StoreFault::WrongKey | StoreFault::Corrupt(_))
            | OpenFault::DatabaseMissing => "corrupt",
            OpenFault::Store(StoreFault::ReadOnly(_)) => "read_only",
            OpenFault::Store(StoreFault::DiskFull(_)) => "disk_full",
            OpenFault::Store(StoreFault::InUse(_)) | OpenFault::SecondInstance => "second_instance",
            OpenFault::Io(fault) => io_code(fault),
            OpenFault::Identity(fault) => cause_code(&**fault),
            OpenFault::Store(_) | OpenFault::Api(_) => "io",
        }
    }

    /// The words on the screen.
    pub fn view(&self) -> FaultView {
        let code = self.code();
        let (title, message, next_step) = words(code);
        let message = match self {
            OpenFault::Api(error) => error.to_string(),
            // The cause is the system's, in its own language: it is for the log, its number for whoever is called.
            _ if code == "io" => match ApiError::internal(self) {
                ApiError::Internal { incident, .. } => format!("{message} Mã sự cố: {incident}."),
                _ => message.to_owned(),
            },
            OpenFault::Key(KeyFault::RecoveryKeyMistyped(typo)) => format!("{message} ({typo})"),
            _ => message.to_owned(),
        };
        FaultView { code: code.into(), title: title.into(), message, next_step: next_step.into() }
    }
}

/// What the system said at the root of a fault.
fn cause_code(fault: &(dyn Error + 'static)) -> &'static str {
    match (fault.downcast_ref::<std::io::Error>(), fault.source()) {
        (Some(systems), _) => io_code(systems),
        (None, Some(cause)) => cause_code(cause),
        (None, None) => "io",
    }
}

fn file_code(fault: &FileFault) -> &'static str {
    if fault.is_disk_full() {
        "disk_full"
    } else if fault.is_read_only() {
        "read_only"
    } else {
        "io"
    }
}

fn io_code(fault: &std::io::Error) -> &'static str {
    match fault.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => "disk_full",
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            "read_only"
        }
        _ => "io",
    }
}

fn words(code: &str) -> (&'static str, &'static str, &'static str) {
    match code {
        "not_commissioned" => {
            ("Chưa thiết lập", "Máy này chưa thiết lập quầy.", "Làm theo các bước lần đầu.")
        }
        "locked" => (
            "Kho dữ liệu đang khóa",
            "Cần mật khẩu hoặc khóa khôi phục để mở.",
            "Nhập mật khẩu của quầy.",
        ),
        "key_missing" => (
            "Không tìm thấy tệp khóa",
            "Có dữ liệu trên máy này nhưng thư mục khóa (keys) không còn. Phần mềm không tạo khóa mới để khỏi mất dữ liệu cũ.",
            "Chép lại thư mục keys từ bản sao lưu, hoặc khôi phục từ bản sao lưu bằng khóa khôi phục đã in.",
        ),
        "key_damaged" => (
            "Tệp khóa bị hỏng",
            "Cả hai bản của tệp khóa đều không đọc được. Dữ liệu vẫn còn nguyên, đang được mã hóa.",
            "Chép lại thư mục keys từ bản sao lưu, hoặc báo quản trị.",
        ),
        "wrong_key" => (
            "Khóa không đúng",
            "Mật khẩu hoặc khóa khôi phục không mở được kho này. Chưa có gì thay đổi.",
            "Kiểm tra bộ gõ và phím Caps Lock rồi nhập lại; quên mật khẩu thì dùng khóa khôi phục đã in.",
        ),
        "newer_schema" => (
            "Dữ liệu của phiên bản mới hơn",
            "Kho dữ liệu do phiên bản mới hơn của phần mềm ghi; phiên bản này không mở để tránh làm hỏng.",
            "Cài phiên bản phần mềm mới rồi mở lại.",
        ),
        "corrupt" => (
            "Kho dữ liệu bị hỏng",
            "Tệp dữ liệu không còn nguyên vẹn hoặc không còn. Phần mềm không xóa và không ghi đè gì.",
            "Khôi phục từ bản sao lưu gần nhất; giữ nguyên thư mục hiện tại để đối chiếu.",
        ),
        "read_only" => (
            "Thư mục không ghi được",
            "Không có quyền ghi vào thư mục dữ liệu hoặc thư mục trạng thái của phần mềm. Các hồ sơ đã lưu vẫn an toàn.",
            "Kiểm tra quyền của thư mục, thẻ nhớ bị gạt khóa, hoặc ổ đĩa chỉ đọc.",
        ),
        "disk_full" => (
            "Ổ đĩa đã đầy",
            "Không còn chỗ để mở kho dữ liệu. Các hồ sơ đã lưu vẫn an toàn.",
            "Xóa bớt tệp khác trên ổ đĩa rồi mở lại.",
        ),
        "second_instance" => (
            "Quầy đang mở ở nơi khác",
            "Một cửa sổ hoặc lệnh khác đang dùng kho dữ liệu này. Hồ sơ vẫn an toàn.",
            "Dùng cửa sổ đang mở, hoặc đóng nó rồi thử lại.",
        ),
        _ => (
            "Không mở được kho dữ liệu",
            "Hệ thống báo lỗi khi đọc hoặc ghi thư mục của phần mềm. Dữ liệu đã lưu vẫn còn nguyên.",
            "Thử lại; nếu vẫn lỗi hãy báo quản trị kèm mã sự cố.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[derive(Debug, thiserror::Error)]
    #[error("could not write 01a2….key.part")]
    struct NotWritten(#[source] io::Error);

    #[test]
    fn what_the_disk_refused_below_the_identity_is_told_as_the_disks() {
        for (kind, code) in [
            (io::ErrorKind::StorageFull, "disk_full"),
            (io::ErrorKind::ReadOnlyFilesystem, "read_only"),
            (io::ErrorKind::InvalidData, "io"),
        ] {
            let fault = OpenFault::identity(NotWritten(io::Error::from(kind)));
            assert_eq!(fault.view().code, code);
        }
    }

    #[test]
    fn no_screen_shows_the_systems_own_words() {
        let faults = [
            OpenFault::Io(io::Error::from(io::ErrorKind::PermissionDenied)),
            OpenFault::Io(io::Error::other("bad sector")),
            OpenFault::identity(NotWritten(io::Error::other("bad sector"))),
        ];
        for fault in faults {
            let message = fault.view().message;
            for foreign in ["file system", "device identity", "could not", "bad sector"] {
                assert!(!message.contains(foreign), "{message}");
            }
        }
    }
}

//! Printing through the system's own queue, and the true reason when nothing comes out.
//!
//! On Unix this speaks to CUPS through its own commands `lp` and `lpstat` (runner-up: a client
//! library, which would bring a second copy of CUPS's C code and its settings). On Windows it asks
//! the program registered for PDF files to print; that part compiles behind `cfg(windows)` and has
//! not been run.
//!
//! A paper is printed after its dossier was committed, so every failure here leaves the dossier
//! safe: the messages say so through their next step, which is always to print again.

mod command;
#[cfg(unix)]
mod cups;
#[cfg(unix)]
mod ipp;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use cups as system;
#[cfg(windows)]
use windows as system;

/// A queue of this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The name the system knows it by; passed back to print.
    pub name: String,
    /// The queue the system would take by itself.
    pub is_default: bool,
    /// Why it would not print now; absent when it would.
    pub fault: Option<PrintFault>,
}

/// The paper in the printer's tray.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// 148 × 210 mm.
    A5,
    /// 210 × 297 mm.
    A4,
}

/// A document on its way to a queue.
#[derive(Debug, Clone, Copy)]
pub struct PrintJob<'a> {
    /// The queue's name.
    pub queue: &'a str,
    /// What the queue's list shows: a dossier number, never a citizen's name.
    pub title: &'a str,
    /// The bytes of the PDF.
    pub pdf: &'a [u8],
    /// How many times, at least 1.
    pub copies: u8,
    /// The paper to take.
    pub media: Media,
}

/// The system's own name of a job ("HP-LaserJet-12").
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JobId(pub String);

/// How far a job came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobState {
    /// In the queue behind others.
    Waiting,
    /// On its way to the printer; with what the printer says, if it says something.
    Printing(String),
    /// The printer took all of it.
    Printed,
    /// It will not go on by itself: something must be done first.
    Stuck(PrintFault),
    /// It is over and was not printed.
    Failed(PrintFault),
    /// The system no longer remembers it.
    Forgotten,
}

/// Why nothing comes out of the printer, in words for the clerk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrintFault {
    /// The print system is not installed or not running.
    #[error("Máy tính này chưa chạy dịch vụ in.")]
    NoPrintSystem,
    /// No printer was chosen and the system has no usual one.
    #[error("Chưa chọn máy in.")]
    NotChosen,
    /// No queue has this name.
    #[error("Không tìm thấy máy in “{queue}”.")]
    NoSuchQueue {
        /// The name that was asked for.
        queue: String,
    },
    /// The queue was stopped: jobs wait in it.
    #[error("Máy in “{queue}” đang tạm dừng{}.", in_brackets(.said))]
    QueueStopped {
        /// The queue.
        queue: String,
        /// The system's reason, if it gave one.
        said: String,
    },
    /// The queue works, the printer does not answer: switched off, unplugged, out of reach.
    #[error("Máy in “{queue}” không trả lời{}.", in_brackets(.said))]
    NotAnswering {
        /// The queue.
        queue: String,
        /// The system's words.
        said: String,
    },
    /// The queue takes no jobs.
    #[error("Máy in “{queue}” đang không nhận lệnh in{}.", in_brackets(.said))]
    QueueRejects {
        /// The queue.
        queue: String,
        /// The system's reason, if it gave one.
        said: String,
    },
    /// The job waits for somebody to release it.
    #[error("Lệnh in đang bị giữ lại.")]
    Held,
    /// Somebody cancelled the job.
    #[error("Lệnh in đã bị hủy.")]
    Cancelled,
    /// The system gave the job up.
    #[error("Lệnh in bị lỗi{}.", in_brackets(.said))]
    Aborted {
        /// The system's reason, if it gave one.
        said: String,
    },
    /// The print system did not answer in time.
    #[error("Dịch vụ in không trả lời.")]
    NoAnswer,
    /// The print system refused, in words we do not know.
    #[error("Dịch vụ in báo lỗi{}.", in_brackets(.said))]
    Refused {
        /// Its own words.
        said: String,
    },
}

fn in_brackets(said: &str) -> String {
    match said {
        "" => String::new(),
        said => format!(" ({said})"),
    }
}

impl PrintFault {
    /// What the clerk does next. The dossier itself is always safe: it was stored before printing.
    pub fn next_step(&self) -> &'static str {
        match self {
            PrintFault::NoPrintSystem => "Khởi động lại máy tính; nếu vẫn lỗi, báo người quản trị.",
            PrintFault::NotChosen => "Chọn máy in trong phần Cài đặt rồi in lại.",
            PrintFault::NoSuchQueue { .. } => {
                "Kiểm tra máy in đã cắm và bật, hoặc chọn máy in khác rồi in lại."
            }
            PrintFault::QueueStopped { .. } => {
                "Kiểm tra giấy, mực, dây cáp; mở lại hàng đợi của máy in. Lệnh đang chờ sẽ tự in tiếp."
            }
            PrintFault::NotAnswering { .. } => {
                "Bật máy in, kiểm tra dây cáp hoặc mạng. Lệnh đang chờ sẽ tự in khi máy in trả lời."
            }
            PrintFault::QueueRejects { .. } => {
                "Báo người quản trị cho máy in nhận lệnh lại, hoặc chọn máy in khác rồi in lại."
            }
            PrintFault::Held => "Mở hàng đợi in và cho lệnh chạy tiếp, hoặc in lại.",
            PrintFault::Cancelled => "Nếu vẫn cần giấy, in lại.",
            PrintFault::Aborted { .. } => {
                "Kiểm tra máy in rồi in lại; nếu vẫn lỗi, chọn máy in khác."
            }
            PrintFault::NoAnswer => "Đợi một phút rồi in lại; nếu vẫn lỗi, khởi động lại máy tính.",
            PrintFault::Refused { .. } => {
                "In lại; nếu vẫn lỗi, đọc nguyên văn thông báo này cho người quản trị."
            }
        }
    }
}

/// The print system that is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrintSystem {
    /// Another computer's, or a test's; absent for this computer's own.
    #[cfg(unix)]
    server: Option<String>,
}

impl PrintSystem {
    /// The print system of this computer.
    pub fn local() -> PrintSystem {
        PrintSystem::default()
    }

    /// The CUPS server at `host:port`.
    #[cfg(unix)]
    pub fn at(server: impl Into<String>) -> PrintSystem {
        PrintSystem { server: Some(server.into()) }
    }

    /// The queues, in the system's order.
    ///
    /// # Errors
    /// When the print system is missing, not running or silent.
    pub fn queues(&self) -> Result<Vec<Queue>, PrintFault> {
        system::queues(self)
    }

    /// Hands a document to a queue. Success means that the queue has it, not that paper came out:
    /// ask [`PrintSystem::job_state`].
    ///
    /// # Errors
    /// The reason why the queue did not take it.
    pub fn print(&self, job: &PrintJob) -> Result<JobId, PrintFault> {
        system::print(self, job)
    }

    /// How far a job came, with the true cause when it stopped.
    ///
    /// # Errors
    /// When the print system itself cannot be asked.
    pub fn job_state(&self, job: &JobId) -> Result<JobState, PrintFault> {
        system::job_state(self, job)
    }
}

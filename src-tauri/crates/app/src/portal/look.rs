//! What an officer looks at before answering: do the files open, is the checklist complete.

use crate::documents::opens::{Opens, opens};
use crate::dossiers::Opened;
use crate::error::Result;
use crate::office::Office;
use crate::views::{ChoiceView, FileView, PortalFileView, PortalLineView};
use domain::procedure::{Case, Procedure, Required};
use domain::text::fold;

impl Office {
    /// The documents of a dossier, each with whether it opens.
    pub(super) fn looked_at(&self, opened: &Opened) -> Result<Vec<PortalFileView>> {
        let mut files = Vec::new();
        for file in self.file_views(opened).into_iter().filter(|file| !file.replaced) {
            let (check, words) = self.checked(opened, &file);
            files.push(PortalFileView { file, check: check.into(), words: words.into() });
        }
        Ok(files)
    }

    fn checked(&self, opened: &Opened, file: &FileView) -> (&'static str, &'static str) {
        let attached =
            opened.dossier.files.iter().find(|known| known.file.id.to_string() == file.id);
        let Some(attached) = attached.filter(|_| !file.missing) else {
            return ("away", "Chưa tải về");
        };
        let bytes = crate::documents::digest(&attached.file.sha256)
            .ok()
            .and_then(|sha256| self.documents().open(&sha256).ok());
        match bytes.map(|bytes| opens(&attached.file.mime, &bytes)) {
            Some(Opens::Yes) => ("good", "Mở được"),
            Some(Opens::Locked) => ("bad", "Có mật khẩu, không đọc được"),
            Some(Opens::No) | None => ("bad", "Không mở được: tệp hỏng hoặc sai loại"),
        }
    }
}

/// The case asked for, or the only one.
pub(super) fn case_of<'a>(
    procedure: Option<&'a Procedure>,
    case: Option<&str>,
) -> Option<&'a Case> {
    procedure.and_then(|procedure| procedure.case(case))
}

/// The cases to choose from; empty where there is only one.
pub(super) fn cases(procedure: Option<&Procedure>) -> Vec<ChoiceView> {
    let cases = procedure.map(|procedure| procedure.cases.as_slice()).unwrap_or_default();
    let several = cases.len() > 1;
    let choice = |case: &Case| ChoiceView { value: case.id.clone(), label: case.name.clone() };
    cases.iter().filter(|_| several).map(choice).collect()
}

/// The checklist with the file that seems to be each paper. A guess by name: the officer decides.
pub(super) fn checklist(case: Option<&Case>, files: &[PortalFileView]) -> Vec<PortalLineView> {
    let Some(case) = case else { return Vec::new() };
    let mut free: Vec<&PortalFileView> = files.iter().collect();
    let lines = case.components.iter().enumerate();
    lines
        .map(|(index, component)| {
            let found = free.iter().position(|file| is_named(&component.label, &file.file.name));
            let file = found.map(|place| free.remove(place));
            PortalLineView {
                index: u16::try_from(index).unwrap_or(u16::MAX),
                label: component.label.clone(),
                required: component.required == Required::Yes,
                file: file.map(|file| file.file.name.clone()),
                good: file.is_some_and(|file| file.check == "good"),
            }
        })
        .collect()
}

/// Whether a file's name tells of a paper: all of its words of three letters and more stand in the paper's name, or the
/// other way about.
fn is_named(label: &str, file: &str) -> bool {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let (label, file) = (words(label), words(stem));
    let within = |some: &[String], all: &[String]| {
        !some.is_empty() && some.iter().all(|word| all.contains(word))
    };
    within(&file, &label) || within(&label, &file)
}

fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| word.chars().count() >= 2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::is_named;

    #[test]
    fn a_file_is_told_by_the_words_of_its_paper() {
        assert!(is_named("Giấy chứng sinh (bản chính)", "giay-chung-sinh.pdf"));
        assert!(is_named("Tờ khai đăng ký khai sinh theo mẫu", "Tờ khai đăng ký khai sinh.pdf"));
        assert!(!is_named("Giấy chứng sinh", "Giấy chứng nhận kết hôn.pdf"));
        assert!(!is_named("Giấy chứng sinh", "1.pdf"));
    }
}

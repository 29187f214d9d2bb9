//! What a national service answers: codes as numbers or as strings, success and duplicates told by a phrase, errors under
//! HTTP 200.

use serde_json::Value;

const SUCCESS: &str = "thành công";
const DUPLICATE: &str = "đã tồn tại";
const REASON_CHARS_MAX: usize = 300;

/// What a call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Taken.
    Accepted,
    /// A dossier with this number is there already: to be sent as an update.
    Duplicate,
    /// Not taken, with the answer's code and words.
    Refused(String),
    /// Nobody knows: no answer, or one that the service does not give.
    Unknown(String),
}

/// Reads an answer. The HTTP status says little: services answer 200 with an error inside.
pub fn read(status: u16, body: &str) -> Outcome {
    if status >= 500 || status == 429 || status == 408 {
        return Outcome::Unknown(format!("HTTP {status}"));
    }
    let Ok(answer) = serde_json::from_str::<Value>(body) else {
        return plain(status, body);
    };
    // Progress replies are sometimes a JSON string around plain text.
    if let Value::String(text) = &answer {
        return plain(status, text);
    }
    let message = answer["message"].as_str().unwrap_or_default();
    let said = message.to_lowercase();
    if said.contains(DUPLICATE) {
        return Outcome::Duplicate;
    }
    match code(&answer) {
        Some(0) => Outcome::Accepted,
        Some(code) => Outcome::Refused(reason(&format!("{code}: {message}"))),
        None if said.contains(SUCCESS) => Outcome::Accepted,
        None => Outcome::Unknown(format!("HTTP {status} without a code")),
    }
}

fn plain(status: u16, text: &str) -> Outcome {
    let said = text.to_lowercase();
    if said.contains(DUPLICATE) {
        Outcome::Duplicate
    } else if said.contains(SUCCESS) {
        Outcome::Accepted
    } else if status >= 400 {
        Outcome::Refused(reason(&format!("HTTP {status}")))
    } else {
        // A captive portal, a proxy's page: not the service's word.
        Outcome::Unknown(format!("HTTP {status} with an answer of another kind"))
    }
}

fn code(answer: &Value) -> Option<i64> {
    let code = ["error_code", "errorCode"].iter().find_map(|name| answer.get(*name))?;
    code.as_i64().or_else(|| code.as_str().and_then(|code| code.trim().parse().ok()))
}

fn reason(text: &str) -> String {
    text.chars().take(REASON_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::{Outcome, read};

    #[test]
    fn success_is_a_zero_of_any_kind_or_the_word_for_it() {
        for body in [
            r#"{"error_code":0,"message":""}"#,
            r#"{"error_code":"0","message":"x"}"#,
            r#"{"error_code":"00"}"#,
            r#"{"message":"Cập nhật thành công"}"#,
            r#""Đồng bộ tiến trình Thành công""#,
            "Thành công",
        ] {
            assert_eq!(read(200, body), Outcome::Accepted, "{body}");
        }
    }

    #[test]
    fn a_duplicate_is_known_by_its_phrase_whatever_the_code() {
        for body in [
            r#"{"error_code":"3","message":"Hồ sơ đã tồn tại"}"#,
            r#"{"error_code":-3,"message":"Mã hồ sơ ĐÃ TỒN TẠI trên hệ thống"}"#,
            r#"{"error_code":0,"message":"đã tồn tại"}"#,
        ] {
            assert_eq!(read(200, body), Outcome::Duplicate, "{body}");
        }
    }

    #[test]
    fn an_error_under_200_is_a_refusal_and_a_page_of_something_else_is_not_an_answer() {
        let error = r#"{"error_code":"-1","message":"Sai mã TTHC"}"#;
        assert_eq!(read(200, error), Outcome::Refused("-1: Sai mã TTHC".into()));
        assert!(matches!(read(400, "Bad Request"), Outcome::Refused(_)));
        for (status, body) in
            [(200, "<html>Đăng nhập Wi-Fi</html>"), (502, "{}"), (200, "{}"), (200, "")]
        {
            assert!(matches!(read(status, body), Outcome::Unknown(_)), "{status} {body}");
        }
    }
}

//! What needs no store: cards and due dates.

use serde_json::Value;
use tests::Quay;

#[test]
fn the_known_answers_of_the_calendar_come_out_of_the_command_line() {
    let quay = Quay::new();
    let cases = [
        ("same-day", "2026-11-26T09:10:00+07:00", "2026-11-26T17:00:00+07:00"),
        ("same-day", "2026-11-26T15:20:00+07:00", "2026-11-27T17:00:00+07:00"),
        ("3wd", "2026-11-23T10:00:00+07:00", "2026-11-27T10:00:00+07:00"),
        ("2wd", "2026-02-13T10:00:00+07:00", "2026-02-24T10:00:00+07:00"),
        ("2wd", "2026-04-24T09:00:00+07:00", "2026-04-29T09:00:00+07:00"),
        ("1wd", "2026-08-21T09:00:00+07:00", "2026-08-22T09:00:00+07:00"),
        ("30cd", "2026-03-30T09:00:00+07:00", "2026-04-29T09:00:00+07:00"),
        ("30cd", "2026-04-01T09:00:00+07:00", "2026-05-04T09:00:00+07:00"),
    ];
    for (limit, received, due) in cases {
        let answer = quay
            .done(&["due", "--limit", limit, "--received", received, "--explain"], &Value::Null);
        assert_eq!(answer["due_at"], due, "{limit} from {received}");
        assert!(
            answer["steps"].as_array().is_some_and(|steps| steps.len() >= 2),
            "every date explains itself"
        );
    }
}

#[test]
fn a_limit_nobody_can_read_is_refused_by_its_field() {
    let answer =
        Quay::new().run(&["due", "--limit", "soon", "--received", "2026-11-26T09:10:00+07:00"], "");
    assert_eq!((answer.code, answer.err["field"].as_str()), (3, Some("limit")));
}

#[test]
fn a_card_is_read_with_its_extra_fields_kept() {
    let raw =
        "015095001234||Đặng Văn Lượng|01031995|Nam|Bản Bay, Yên Bái, Lào Cai|05072024|Cha|Mẹ\r\n";
    let answer = Quay::new().run(&["card"], raw);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert_eq!(answer.out["full_name"], "Đặng Văn Lượng");
    assert_eq!(answer.out["birth_date"], "1995-03-01");
    assert_eq!(answer.out["sex"], "male");
    assert_eq!(answer.out["extra"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_wrong_command_line_ends_with_two() {
    assert_eq!(Quay::new().run(&["receive", "--colour", "blue"], "").code, 2);
}

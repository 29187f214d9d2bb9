//! What the gateway holds back: a number that two desks gave to two dossiers waits with its reason until the second has
//! another one; a record whose cause the province mended goes on once somebody puts it back.

use super::{desk, show, sync, verified};
use crate::desk::{Desk, Says};
use crate::place::{Place, SITE};
use crate::records::facts;
use app::clock::Clock;
use domain::dossier::number::lane_series;
use domain::office::OfficeFact;
use domain::time::office_time;
use protocol::fact::DEVICES;
use protocol::{Fact, Subject};
use serde_json::{Value, json};
use tests::{Quay, reception};

/// Its number comes from the province: the desk gives a *mã tạm* until somebody types it.
const PROVINCIAL: &str = "3.000722";

#[tokio::test(flavor = "multi_thread")]
async fn a_number_given_twice_is_a_task_that_another_number_settles() {
    let place = Place::embedded().await;
    let first = desk(&place, &place.url(""), 1).await;
    let second = desk(&place, &place.url(""), 2).await;
    let taken: Vec<String> = [(&first, "015095001234"), (&second, "015095005678")]
        .map(|(quay, card)| {
            let input = reception(PROVINCIAL, "Đặng Văn Lượng", card);
            let taken = quay.done(&["receive"], &input);
            let number = taken["number"].as_str().unwrap();
            quay.done(&["act", number, "give_number"], &json!({ "number": "SO-TAY-17" }));
            taken["id"].as_str().unwrap().to_owned()
        })
        .into();
    sync(&first);
    sync(&second);
    sync(&second);
    assert_eq!(first.done(&["held", "list"], &Value::Null), json!([]));
    let tasks = second.done(&["held", "list"], &Value::Null);
    assert_eq!(tasks.as_array().unwrap().len(), 1, "{tasks}");
    assert_eq!((&tasks[0]["id"], &tasks[0]["problem"]), (&json!(taken[1]), &json!("number-taken")));
    for field in ["reason", "owner", "next_step"] {
        assert!(tasks[0][field].as_str().unwrap().len() > 10, "{tasks}");
    }
    assert_eq!(show(&second, &taken[1])["sync"]["code"], "returned");

    second.done(&["act", &taken[1], "give_number"], &json!({ "number": "SO-TAY-18" }));
    sync(&second);
    sync(&second);
    sync(&first);
    for quay in [&second, &first] {
        assert_eq!(quay.done(&["held", "list"], &Value::Null), json!([]));
        assert_eq!(show(quay, &taken[0])["row"]["number"], "SO-TAY-17");
        assert_eq!(show(quay, &taken[1])["row"]["number"], "SO-TAY-18");
        verified(quay);
    }
    assert_eq!(show(&second, &taken[1])["sync"]["code"], "received");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_put_back_is_looked_at_again_and_goes_on_once_the_province_has_mended_the_cause() {
    let place = Place::embedded().await;
    // A machine at another desk drew numbers from desk 1's lane before desk 1 was enrolled.
    let stray = strayed(&place).await;
    let first = desk(&place, &place.url(""), 1).await;
    let taken = first.done(&["receive"], &reception(LANED, "Đặng Văn Lượng", "015095001234"));
    let number = taken["number"].as_str().unwrap();
    sync_twice(&first);
    let tasks = first.done(&["held", "list"], &Value::Null);
    assert_eq!(tasks[0]["problem"], json!("desk-taken"), "{tasks}");
    assert_eq!((tasks.as_array().unwrap().len(), &tasks[0]["asked_at"]), (1, &Value::Null));

    // Nothing was mended yet: the gateway looks, and says why not.
    first.done(&["held", "retry", number], &Value::Null);
    sync_twice(&first);
    assert_eq!(first.done(&["held", "list"], &Value::Null), tasks);
    assert_eq!(show(&first, number)["sync"]["code"], "returned");

    place.gateway().revoke(stray, "Máy lạ ở bàn 5").await.unwrap().unwrap();
    let asked =
        first.done(&["held", "retry", number, "--note", "Tỉnh đã thu hồi máy kia"], &Value::Null);
    assert_eq!(asked[0]["asked_by"], json!("Cán bộ bàn 1"), "{asked}");
    assert!(asked[0]["asked_at"].is_string(), "{asked}");
    assert_eq!(show(&first, number)["sync"]["code"], "sent", "nobody has to act meanwhile");
    refused(&first, number, "already_asked");
    let second = desk(&place, &place.url(""), 2).await;
    sync_twice(&first);
    sync_twice(&second);
    for quay in [&first, &second] {
        assert_eq!(quay.done(&["held", "list"], &Value::Null), json!([]));
        assert_eq!(show(quay, number)["row"]["number"], number);
        verified(quay);
    }
    assert_eq!(show(&first, number)["sync"]["code"], "received");
    refused(&first, number, "not_held");
    refused(&first, "H99.00000-261123-1001", "not_found");
    assert_eq!(first.run(&["held", "retry"], "").code, 2, "without a number it is no command");

    let reader = Desk::enrolled(&place, SITE, 6).await;
    let facts = facts(&reader.feed(0).await.unwrap().series);
    let office = facts.iter().filter_map(|fact| match fact {
        Fact::Office(fact) => Some(fact),
        Fact::Dossier(_) => None,
    });
    let (mut notes, mut released) = (Vec::new(), Vec::new());
    for fact in office {
        match fact {
            OfficeFact::RecordPutBack(asked) => notes.push(asked.note.as_deref()),
            OfficeFact::RecordReleased(fact) => released.push(fact.by.as_str()),
            _ => {}
        }
    }
    assert_eq!(notes, [None, Some("Tỉnh đã thu hồi máy kia")], "who asked and why is kept");
    assert_eq!(released, ["Cán bộ bàn 1"], "released exactly once");
}

/// Its number comes from the desk's lane.
const LANED: &str = "1.004772";

fn refused(quay: &Quay, number: &str, code: &str) {
    let answer = quay.run(&["held", "retry", number], "");
    assert_eq!((answer.code, &answer.err["refusal"]), (3, &json!(code)), "{answer:?}");
}

fn sync_twice(quay: &Quay) {
    sync(quay);
    sync(quay);
}

/// A machine of another desk that set numbers aside from the lane of desk 1, of today and, should the story cross
/// midnight, of tomorrow.
async fn strayed(place: &Place) -> [u8; 16] {
    let mut stray = Desk::enrolled(place, SITE, 4).await;
    let today = office_time(Clock::system().now()).date();
    for day in [today, today.tomorrow().unwrap()] {
        let drawn = json!({ "series": lane_series(day, 1), "place": 900 });
        let body = json!({ "numbers": [{ "text": format!("LẠ-{day}"), "drawn": drawn }], "by": "Không rõ" });
        let subject = Subject { kind: "device", id: DEVICES };
        stray.write(Says {
            subject,
            kind: "site.numbers_reserved",
            body: body.to_string().into_bytes(),
        });
    }
    stray.send(1, 2).await.unwrap();
    stray.device
}

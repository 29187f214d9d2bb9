//! A number that two desks gave to two dossiers: the second waits with its reason until it has another one.

use super::{desk, show, sync, verified};
use crate::place::Place;
use serde_json::{Value, json};
use tests::reception;

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

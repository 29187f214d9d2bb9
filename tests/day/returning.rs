//! Results go back to citizens.

use app::ApiError;
use app::inputs::{CollectorInput, ReturnInput, read_value};
use serde_json::json;
use tests::{Desk, reception};

#[test]
fn results_of_several_applicants_handed_over_at_once_each_name_their_own() {
    let desk = Desk::new();
    let office = desk.open();
    let people = [("Đặng Văn Lượng", "015095001234"), ("Hoàng Thị Mỵ", "015188002468")];
    let items = people.map(|(name, number)| {
        read_value(reception("1.000894", name, number)).expect("a reception")
    });
    let taken = office.accept(items.to_vec()).expect("taken in");
    let ids: Vec<String> = taken.into_iter().map(|dossier| dossier.id).collect();
    for id in &ids {
        let finish = json!({ "action": "finish", "args": { "shelf": "A3" } });
        office.act(id, &[read_value(finish).expect("a step")]).expect("finished");
    }
    let collector = CollectorInput {
        kind: "applicant".into(),
        full_name: people[0].0.into(),
        id_number: None,
        relation: None,
        authority_paper: None,
    };
    let handed_over = ReturnInput {
        ids: ids.clone(),
        collector,
        lost_slip: false,
        originals_returned: false,
        note: None,
    };
    let early = office.signature_sheet(&ids).expect_err("nothing was handed over yet");
    let refused = match &early {
        ApiError::Refused { refusal } => (refusal.code.as_str(), refusal.field.as_deref()),
        other => panic!("no refusal: {other}"),
    };
    assert_eq!(refused, ("not_returned", Some("ids")));
    office.return_results(handed_over).expect("handed over");
    let sheet = office.signature_sheet(&ids).expect("one sheet for both");
    assert!(sheet.starts_with(b"%PDF"));
    for (id, (name, _)) in ids.iter().zip(people) {
        let timeline = office.dossier(id).expect("the dossier").timeline;
        let lines: Vec<_> = timeline.into_iter().flat_map(|entry| entry.lines).collect();
        let wanted = format!("Người nhận: {name} (chủ hồ sơ).");
        assert!(lines.contains(&wanted), "“{wanted}” is not among {lines:?}");
    }
}

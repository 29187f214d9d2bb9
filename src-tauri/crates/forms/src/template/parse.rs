//! From the JSON of a template to a [`SlipTemplate`], or to the list of everything wrong with it.

use jiff::civil::Date;
use serde_json::Value;

use super::reader::{Faults, Node};
use super::{
    Absent, Block, Column, ColumnValue, Density, Field, Head, LineSpec, ListSpec, Marks, Moment,
    Sheet, Signature, Signer, SlipTemplate, TableSpec,
};
use crate::fault::{TemplateFault, TemplateFaults};

const PLACE_DATE: &[&str] = &["place", "day", "month", "year"];
const MOMENT: &[&str] = &["hour", "minute", "day", "month", "year"];

const FIELDS: &[(&str, Field)] = &[
    ("reception_unit", Field::ReceptionUnit),
    ("applicant", Field::Applicant),
    ("submitter", Field::Submitter),
    ("address", Field::Address),
    ("phone", Field::Phone),
    ("email", Field::Email),
    ("identity", Field::Identity),
    ("procedure", Field::Procedure),
    ("sets", Field::Sets),
    ("time_limit", Field::TimeLimit),
    ("received_at", Field::ReceivedAt),
    ("entered_at", Field::EnteredAt),
    ("due_at", Field::DueAt),
    ("return_place", Field::ReturnPlace),
    ("fee", Field::Fee),
    ("register", Field::Register),
];

/// Without these a slip proves nothing: a template that leaves one out is refused.
const REQUIRED: &[(&str, Field)] = &[
    ("applicant", Field::Applicant),
    ("procedure", Field::Procedure),
    ("received_at", Field::ReceivedAt),
    ("due_at", Field::DueAt),
];

/// Reads a template of the acceptance slip.
///
/// # Errors
/// Every fault of the file, each with its JSON path, in the order of the file.
pub fn parse_slip_template(json: &str) -> Result<SlipTemplate, TemplateFaults> {
    let value: Value = serde_json::from_str(json).map_err(|source| {
        TemplateFaults(vec![TemplateFault {
            path: "$".to_owned(),
            reason: format!("not JSON: {source}"),
        }])
    })?;
    let faults = Faults::default();
    let template = template(Node::root(&value, &faults));
    match faults.into_inner() {
        none if none.is_empty() => Ok(template),
        some => Err(TemplateFaults(some)),
    }
}

fn template(node: Node) -> SlipTemplate {
    let node = node.with_keys(&[
        "pack",
        "title",
        "copies",
        "head",
        "marks",
        "moment",
        "body",
        "notes_title",
        "notes",
        "signatures",
        "page",
        "sheet",
    ]);
    let pack = node.get("pack").with_keys(&["kind", "form", "version", "effective_from", "source"]);
    pack.get("kind").choice(&[("forms", ())]);
    pack.get("form").choice(&[("acceptance_slip", ())]);
    SlipTemplate {
        version: pack.get("version").text(),
        effective_from: date(&pack.get("effective_from")),
        source: pack.get("source").text(),
        title: node.get("title").text(),
        copies: texts(&node.get("copies"), 2, 2),
        head: head(node.get("head")),
        marks: marks(node.get("marks")),
        moment: moment(node.get("moment")),
        body: body(&node.get("body")),
        notes_title: node.get("notes_title").text(),
        notes: texts(&node.get("notes"), 0, 12),
        signatures: node.get("signatures").list(2, 2).into_iter().map(signature).collect(),
        page: node.get("page").pattern(&["page", "pages"]),
        sheet: sheet(node.get("sheet")),
    }
}

fn head(node: Node) -> Head {
    let node = node.with_keys(&["agency", "nation", "motto", "place_date", "number", "check_code"]);
    let agency = node.get("agency").list(1, 3);
    Head {
        agency: agency.iter().map(|line| line.pattern(&["authority"])).collect(),
        nation: node.get("nation").text(),
        motto: node.get("motto").text(),
        place_date: node.get("place_date").pattern(PLACE_DATE),
        number: node.get("number").text(),
        check_code: node.get("check_code").text(),
    }
}

fn marks(node: Node) -> Marks {
    let node = node.with_keys(&[
        "provisional",
        "provisional_note",
        "reprint",
        "training",
        "training_note",
    ]);
    Marks {
        provisional: node.get("provisional").text(),
        provisional_note: node.get("provisional_note").text(),
        reprint: node.get("reprint").pattern(&["count"]),
        training: node.get("training").text(),
        training_note: node.get("training_note").text(),
    }
}

fn moment(node: Node) -> Moment {
    let node = node.with_keys(&["filled", "blank", "blank_place_date"]);
    Moment {
        filled: node.get("filled").pattern(MOMENT),
        blank: node.get("blank").pattern(&[]),
        blank_place_date: node.get("blank_place_date").pattern(&["place"]),
    }
}

fn body(node: &Node) -> Vec<Block> {
    let blocks: Vec<Block> = node.list(1, 40).iter().filter_map(block).collect();
    let lines = |block: &Block| match block {
        Block::Line(line) => vec![line.field],
        Block::Row(lines) => lines.iter().map(|line| line.field).collect(),
        Block::Table(_) | Block::List(_) => Vec::new(),
    };
    let printed: Vec<Field> = blocks.iter().flat_map(lines).collect();
    for (name, field) in REQUIRED {
        if !printed.contains(field) {
            node.fault(format!("no line prints {name}"));
        }
    }
    if !blocks.iter().any(|block| matches!(block, Block::Table(_))) {
        node.fault("no table prints the components");
    }
    if !blocks.iter().any(|block| matches!(block, Block::List(_))) {
        node.fault("no list prints the originals kept");
    }
    blocks
}

fn block(node: &Node) -> Option<Block> {
    let (kind, node) = node.variant(&["line", "row", "table", "list"])?;
    match kind.as_str() {
        "line" => line(node).map(Block::Line),
        "row" => {
            let lines = node.list(2, 2);
            Some(Block::Row(lines.into_iter().filter_map(line).collect()))
        }
        "table" => Some(Block::Table(table(node))),
        _ => Some(Block::List(list(node))),
    }
}

fn line(node: Node) -> Option<LineSpec> {
    let node = node.with_keys(&["field", "label", "pattern", "strong", "when_absent", "pad_lines"]);
    let field = node.get("field").choice(FIELDS);
    let parts = match field {
        Some(Field::Register) => &["volume", "ordinal"][..],
        _ => &["value"],
    };
    let line = LineSpec {
        field: field.unwrap_or(Field::Applicant),
        label: node.get("label").text(),
        pattern: node.optional("pattern").map(|pattern| pattern.pattern(parts)),
        strong: node.optional("strong").is_some_and(|strong| strong.flag()),
        when_absent: node
            .get("when_absent")
            .choice(&[("dots", Absent::Dots), ("hide", Absent::Hide)])
            .unwrap_or(Absent::Dots),
        pad_lines: count(&node, "pad_lines", 4),
    };
    if field == Some(Field::Register) && line.pattern.is_none() {
        node.get("pattern").fault("missing: the register has two parts, {volume} and {ordinal}");
    }
    field.map(|_| line)
}

fn table(node: Node) -> TableSpec {
    let node = node.with_keys(&["label", "columns", "zero", "pad_rows"]);
    let columns = node.get("columns");
    let table = TableSpec {
        label: node.get("label").text(),
        columns: columns.list(1, 8).into_iter().filter_map(column).collect(),
        zero: node.get("zero").text(),
        pad_rows: count(&node, "pad_rows", 20),
    };
    let names = |column: &&Column| column.value == ColumnValue::Name;
    if table.columns.iter().filter(names).count() != 1 {
        columns.fault("exactly one column must print the name");
    }
    if table.columns.iter().filter(|column| column.width_mm.is_none()).count() != 1 {
        columns.fault("exactly one column must leave out width_mm and take the room left");
    }
    let fixed: f32 = table.columns.iter().filter_map(|column| column.width_mm).sum();
    if fixed > 80.0 {
        columns.fault("the fixed columns take more than 80 mm and leave no room for the name");
    }
    table
}

fn column(node: Node) -> Option<Column> {
    let node = node.with_keys(&["value", "title", "width_mm"]);
    let value = node.get("value").choice(&[
        ("ordinal", ColumnValue::Ordinal),
        ("name", ColumnValue::Name),
        ("originals", ColumnValue::Originals),
        ("certified", ColumnValue::Certified),
        ("copies", ColumnValue::Copies),
    ]);
    let title = node.get("title").text();
    let width_mm = node.optional("width_mm").map(|width| width.number(6.0, 60.0));
    value.map(|value| Column { value, title, width_mm })
}

fn list(node: Node) -> ListSpec {
    let node = node.with_keys(&["label", "of", "pad_lines"]);
    node.get("of").choice(&[("originals_kept", ())]);
    ListSpec { label: node.get("label").text(), pad_lines: count(&node, "pad_lines", 4) }
}

fn signature(node: Node) -> Signature {
    let node = node.with_keys(&["title", "hint", "signer"]);
    let signers = [("submitter", Signer::Submitter), ("officer", Signer::Officer)];
    Signature {
        title: node.get("title").text(),
        hint: node.get("hint").text(),
        signer: node.get("signer").choice(&signers).unwrap_or(Signer::Officer),
    }
}

fn sheet(node: Node) -> Sheet {
    let node = node.with_keys(&["top_mm", "right_mm", "bottom_mm", "left_mm", "densities"]);
    Sheet {
        top_mm: node.get("top_mm").number(5.0, 25.0),
        right_mm: node.get("right_mm").number(5.0, 20.0),
        bottom_mm: node.get("bottom_mm").number(5.0, 25.0),
        left_mm: node.get("left_mm").number(5.0, 20.0),
        densities: node.get("densities").list(1, 6).into_iter().map(density).collect(),
    }
}

fn density(node: Node) -> Density {
    let node = node.with_keys(&[
        "title_pt",
        "text_pt",
        "head_pt",
        "small_pt",
        "leading",
        "gap_mm",
        "spread_mm",
        "signature_mm",
    ]);
    Density {
        title_pt: node.get("title_pt").number(9.0, 18.0),
        text_pt: node.get("text_pt").number(7.0, 14.0),
        head_pt: node.get("head_pt").number(7.0, 13.0),
        small_pt: node.get("small_pt").number(6.0, 12.0),
        leading: node.get("leading").number(1.05, 2.0),
        gap_mm: node.get("gap_mm").number(0.0, 4.0),
        spread_mm: node.get("spread_mm").number(0.0, 4.0),
        signature_mm: node.get("signature_mm").number(6.0, 30.0),
    }
}

fn texts(node: &Node, least: usize, most: usize) -> Vec<String> {
    node.list(least, most).iter().map(Node::text).collect()
}

fn date(node: &Node) -> Date {
    let text = node.text();
    let date = text.parse::<Date>();
    if date.is_err() && !text.is_empty() {
        node.fault("must be a date such as 2025-09-15");
    }
    date.unwrap_or_default()
}

/// A small whole number, 0 when it is not given.
fn count(node: &Node, key: &str, most: u8) -> usize {
    let number = node.optional(key).map(|n| n.number(0.0, f32::from(most)));
    // In range by the check above, never negative.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    number.map_or(0, |number| number as usize)
}

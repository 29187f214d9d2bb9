//! Fees in words. *Miễn phí* is said only when the pack says free and confirmed.

use super::{Fee, FeeKind};

/// What the screen and the slip say about the fee before anything was entered by hand.
pub fn fee_words(fee: &Fee) -> String {
    match fee.kind {
        FeeKind::Free if fee.confirmed => "Miễn phí".into(),
        FeeKind::FreeIfOnTime if fee.confirmed => "Miễn phí nếu đúng hạn".into(),
        FeeKind::Fixed if fee.confirmed => fixed(fee),
        FeeKind::Formula => formula(fee),
        FeeKind::LocalCouncil => "Chưa có mức thu (HĐND tỉnh quy định)".into(),
        FeeKind::FeeLaw => "Chưa có mức thu (theo biểu phí)".into(),
        _ => "Chưa có mức thu".into(),
    }
}

fn fixed(fee: &Fee) -> String {
    let lines: Vec<String> = fee
        .items
        .iter()
        .filter_map(|item| {
            let amount = vnd(i64::from(item.amount_vnd?));
            Some(match &item.unit {
                Some(unit) => format!("{amount}/{unit}"),
                None => amount,
            })
        })
        .collect();
    match lines.first() {
        Some(first) if lines.len() == 1 => first.clone(),
        Some(first) => format!("từ {first}, tùy loại"),
        None => "Chưa có mức thu".into(),
    }
}

fn formula(fee: &Fee) -> String {
    match &fee.formula {
        Some(f) => format!(
            "{}/trang, từ trang {} {}/trang, tối đa {}/bản",
            vnd(f.first_page_fee.into()),
            f.first_pages + 1,
            vnd(f.next_page_fee.into()),
            vnd(f.max_per_copy.into()),
        ),
        None => "Chưa có mức thu".into(),
    }
}

/// Đồng with dots between thousands: `12.000 đ`.
pub fn vnd(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let grouped: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|chunk| std::str::from_utf8(chunk).unwrap_or_default())
        .collect();
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}{} đ", grouped.join("."))
}

#[cfg(test)]
mod tests {
    use super::vnd;

    #[test]
    fn money_is_grouped_by_thousands() {
        assert_eq!(vnd(0), "0 đ");
        assert_eq!(vnd(8_000), "8.000 đ");
        assert_eq!(vnd(1_234_567), "1.234.567 đ");
    }
}

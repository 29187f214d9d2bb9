//! Markdown tables, and their place in a page.

use anyhow::{Result, bail};

/// A table under construction.
pub struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these column heads.
    pub fn new(heads: &[&str]) -> Self {
        Self { heads: heads.iter().map(|head| (*head).to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row; a short one is filled up with empty cells.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        // A bar in a cell would end it.
        let escaped = |cell: String| cell.replace('|', "\\|");
        let mut row: Vec<String> = cells.into_iter().map(escaped).collect();
        row.resize(self.heads.len(), String::new());
        self.rows.push(row);
    }

    /// The table as Markdown: the first column to the left, the others to the right, padded so that
    /// it reads well as plain text too.
    pub fn markdown(&self) -> String {
        let widths: Vec<usize> = (0..self.heads.len()).map(|column| self.width(column)).collect();
        let rule = widths.iter().enumerate().map(|(column, width)| match column {
            0 => "-".repeat(*width),
            _ => format!("{}:", "-".repeat(width - 1)),
        });
        let mut lines = vec![line(&self.heads, &widths), joined(rule)];
        lines.extend(self.rows.iter().map(|row| line(row, &widths)));
        lines.join("\n") + "\n"
    }

    fn width(&self, column: usize) -> usize {
        let cells = std::iter::once(&self.heads).chain(&self.rows).map(|row| &row[column]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default().max(3)
    }
}

/// A time for reading: three digits that matter and a unit.
pub fn time(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds {
        ns if ns < 1e3 => (ns, "ns"),
        ns if ns < 1e6 => (ns / 1e3, "µs"),
        ns if ns < 1e9 => (ns / 1e6, "ms"),
        ns => (ns / 1e9, "s"),
    };
    let decimals = match value {
        value if value < 10.0 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {unit}")
}

/// Puts `content` between `<!-- NAME -->` and `<!-- /NAME -->` of a page, in place of what is there.
pub fn put_between_marks(page: &str, name: &str, content: &str) -> Result<String> {
    let (open, close) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let Some((before, rest)) = page.split_once(&open) else {
        bail!("the page has no {open}");
    };
    let Some((_, after)) = rest.split_once(&close) else {
        bail!("the page has no {close} after {open}");
    };
    Ok(format!("{before}{open}\n{content}{close}{after}"))
}

fn line(cells: &[String], widths: &[usize]) -> String {
    joined(cells.iter().zip(widths).enumerate().map(|(column, (cell, width))| match column {
        0 => format!("{cell:<width$}"),
        _ => format!("{cell:>width$}"),
    }))
}

fn joined(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_well_as_plain_text() {
        let mut table = Table::new(&["what", "p50"]);
        table.row(["accept".to_owned(), "1.23 ms".to_owned()]);
        table.row(["tìm tên".to_owned()]);
        let expected = "| what    |     p50 |\n| ------- | ------: |\n\
            | accept  | 1.23 ms |\n| tìm tên |         |\n";
        assert_eq!(table.markdown(), expected);
    }

    #[test]
    fn a_bar_in_a_cell_does_not_end_it() {
        let mut table = Table::new(&["command"]);
        table.row(["a | b".to_owned()]);
        assert!(table.markdown().ends_with("| a \\| b  |\n"));
    }

    #[test]
    fn a_time_has_three_digits_and_a_unit() {
        assert_eq!(time(12.34), "12.3 ns");
        assert_eq!(time(1_234.0), "1.23 µs");
        assert_eq!(time(4_870_000.0), "4.87 ms");
        assert_eq!(time(999_000_000.0), "999 ms");
        assert_eq!(time(2.5e9), "2.50 s");
    }

    #[test]
    fn only_what_lies_between_the_marks_changes() {
        let page = "head\n<!-- bench -->\nold\n<!-- /bench -->\ntail\n";
        let new = put_between_marks(page, "bench", "new\n").unwrap();
        assert_eq!(new, "head\n<!-- bench -->\nnew\n<!-- /bench -->\ntail\n");
        assert_eq!(put_between_marks(&new, "bench", "new\n").unwrap(), new);
    }

    #[test]
    fn a_page_without_marks_is_left_alone() {
        assert!(put_between_marks("no marks", "bench", "new").is_err());
        assert!(put_between_marks("<!-- bench --> never closed", "bench", "new").is_err());
    }
}

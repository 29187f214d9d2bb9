//! Search as one types: names with or without tone marks, numbers, telephones, in one index; exact accents first.

use crate::error::Result;
use crate::rows::{self, DossierRow};
use domain::text::{exact, fold};
use rusqlite::Connection;

/// Matches looked at before ranking; the newest of them.
const CANDIDATES: u32 = 120;

/// The best `limit` dossiers for what was typed: exact accents, then words in the typed order, then the newest.
pub fn search(connection: &Connection, typed: &str, limit: usize) -> Result<Vec<DossierRow>> {
    let mut found: Vec<i64> = Vec::new();
    for query in queries(typed) {
        for n in newest_matches(connection, &query, CANDIDATES)? {
            if !found.contains(&n) {
                found.push(n);
            }
        }
    }
    let mut hits = Vec::with_capacity(found.len());
    for n in found {
        if let Some(row) = rows::by_n(connection, n)? {
            hits.push((rank(typed, &row), row));
        }
    }
    hits.sort_by(|(a, row_a), (b, row_b)| b.cmp(a).then(row_b.n.cmp(&row_a.n)));
    Ok(hits.into_iter().take(limit).map(|(_, row)| row).collect())
}

/// How many dossiers match, counting no further than `most`.
pub fn count(connection: &Connection, typed: &str, most: u32) -> Result<u32> {
    let Some(query) = queries(typed).pop() else {
        return Ok(0);
    };
    let sql =
        "SELECT count(*) FROM (SELECT 1 FROM dossier_text WHERE dossier_text MATCH ?1 LIMIT ?2)";
    Ok(connection
        .prepare_cached(sql)?
        .query_row(rusqlite::params![query, most], |row| row.get(0))?)
}

/// The questions put to the index, the strict one first. The last word may be unfinished.
fn queries(typed: &str) -> Vec<String> {
    let folded = words(&fold(typed));
    if folded.is_empty() {
        return Vec::new();
    }
    let mut queries = Vec::new();
    let accented = words(&exact(typed));
    if accented != folded {
        queries.push(question("names_exact", &accented));
    }
    queries.push(question("search_folded", &folded));
    queries
}

fn question(column: &str, words: &[String]) -> String {
    let terms: Vec<String> = words
        .iter()
        .enumerate()
        .map(
            |(i, word)| {
                if i + 1 == words.len() { format!("\"{word}\"*") } else { format!("\"{word}\"") }
            },
        )
        .collect();
    format!("{column} : ({})", terms.join(" AND "))
}

fn words(text: &str) -> Vec<String> {
    const WORDS_MAX: usize = 12;
    text.split(|c: char| !is_of_a_word(c))
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .map(str::to_owned)
        .collect()
}

/// What is a letter or digit to the index too, whose tables are those of Unicode 6.1: Latin and Han. Where it split a
/// word that we took for one, it would refuse to search for the two parts side by side.
fn is_of_a_word(c: char) -> bool {
    let known = matches!(c, ..'\u{250}' | '\u{1e00}'..='\u{1eff}' | '\u{4e00}'..='\u{9fcc}');
    known && c.is_alphanumeric()
}

fn newest_matches(connection: &Connection, query: &str, limit: u32) -> Result<Vec<i64>> {
    let sql =
        "SELECT rowid FROM dossier_text WHERE dossier_text MATCH ?1 ORDER BY rowid DESC LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(rusqlite::params![query, limit], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn rank(typed: &str, row: &DossierRow) -> u8 {
    let (typed_exact, typed_folded) = (exact(typed), fold(typed));
    let mut best = 0;
    for name in [Some(&row.applicant), row.submitter.as_ref()].into_iter().flatten() {
        let (name_exact, name_folded) = (exact(name), fold(name));
        let points = if name_exact == typed_exact {
            6
        } else if name_exact.contains(&typed_exact) && typed_exact != typed_folded {
            5
        } else if name_folded == typed_folded {
            4
        } else if name_folded.contains(&typed_folded) {
            3
        } else {
            1
        };
        best = best.max(points);
    }
    if row.number.as_deref().is_some_and(|number| number.eq_ignore_ascii_case(typed.trim())) {
        7
    } else {
        best
    }
}

#[cfg(test)]
mod tests {
    use super::queries;

    #[test]
    fn typing_without_marks_asks_the_folded_words_only() {
        assert_eq!(
            queries("dang van luong"),
            [r#"search_folded : ("dang" AND "van" AND "luong"*)"#]
        );
    }

    #[test]
    fn typing_with_marks_asks_the_exact_names_first() {
        assert_eq!(queries("Đặng Văn Lượng").len(), 2);
        assert!(queries("Đặng Văn Lượng")[0].starts_with("names_exact"));
    }

    #[test]
    fn quotes_and_operators_are_only_text() {
        assert_eq!(queries(r#"a" OR * b"#), [r#"search_folded : ("a" AND "or" AND "b"*)"#]);
        assert!(queries(" \" * ").is_empty());
    }

    #[test]
    fn a_sign_that_the_index_splits_at_splits_the_question() {
        assert!(queries("x\u{5b0}y")[0].contains(r#""x" AND "y"*"#));
    }
}

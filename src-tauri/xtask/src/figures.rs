//! Figures that the benchmarks left behind: criterion's files and divan's printed tree.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::timing::Times;

/// One benchmark's result, in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Its name, parts divided by `/`.
    pub name: String,
    /// Half of the samples took no longer.
    pub p50: f64,
    /// 99 of 100 samples took no longer; divan tells the slowest only.
    pub p99: f64,
    /// How many samples there were.
    pub samples: usize,
}

/// Everything that criterion measured last, under `target/criterion`, by name.
pub fn of_criterion(folder: &Path) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if folder.ends_with("new") {
            figures.extend(criterion_figure(&folder)?);
        } else {
            folders.extend(subfolders(&folder));
        }
    }
    figures.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(figures)
}

/// Reads the tree that divan prints. Rows without a median are groups.
pub fn of_divan(output: &str) -> Vec<Figure> {
    let mut path: Vec<String> = Vec::new();
    let mut figures = Vec::new();
    for line in output.lines() {
        let Some((depth, name, cells)) = divan_row(line) else {
            continue;
        };
        path.truncate(depth);
        path.push(name);
        figures.extend(divan_figure(&path.join("/"), &cells));
    }
    figures
}

fn criterion_figure(folder: &Path) -> Result<Option<Figure>> {
    let sample = folder.join("sample.json");
    if !sample.is_file() {
        return Ok(None);
    }
    let name = read_json(&folder.join("benchmark.json"))?["full_id"].as_str().map(str::to_owned);
    let sample = read_json(&sample)?;
    // One sample is many runs: criterion keeps their number and their time together.
    let rounds = numbers(&sample["iters"]).zip(numbers(&sample["times"]));
    let times = Times::new(rounds.map(|(runs, time)| time / runs).collect());
    let name = name.with_context(|| format!("{} has no name", folder.display()))?;
    Ok(times.map(|times| Figure {
        name,
        p50: times.p50(),
        p99: times.p99(),
        samples: times.count(),
    }))
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn read_json(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

fn numbers(value: &Value) -> impl Iterator<Item = f64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_f64)
}

/// `│  ├─ name   1 ms │ …` → its depth, its name, its cells. The head line has depth 0, too.
fn divan_row(line: &str) -> Option<(usize, String, Vec<String>)> {
    let drawn = |c: char| " │├╰─".contains(c);
    let content = line.trim_start_matches(drawn);
    let indent = line.chars().count() - content.chars().count();
    let (name, rest) = content.split_once("  ")?;
    let cells = rest.split('│').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    (cells.len() == 6).then(|| (indent / 3, name.to_owned(), cells))
}

/// The cells are fastest, slowest, median, mean, samples, iterations.
fn divan_figure(name: &str, cells: &[String]) -> Option<Figure> {
    let [_, slowest, median, _, samples, _] = cells else {
        return None;
    };
    Some(Figure {
        name: name.to_owned(),
        p50: divan_time(median)?,
        p99: divan_time(slowest)?,
        samples: samples.parse().ok()?,
    })
}

fn divan_time(cell: &str) -> Option<f64> {
    let (value, unit) = cell.split_once(' ')?;
    let nanoseconds = match unit {
        "ps" => 1e-3,
        "ns" => 1.0,
        "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        _ => return None,
    };
    Some(value.parse::<f64>().ok()? * nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIVAN: &str = "\
Timer precision: 20 ns
store            fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ accept        1.2 ms        │ 9.5 ms        │ 1.5 ms        │ 1.6 ms        │ 100     │ 100
╰─ search                      │               │               │               │         │
   ├─ by_name    800 µs        │ 2 ms          │ 900 µs        │ 950 µs        │ 50      │ 200
   ╰─ by_number  90 ns         │ 2.5 s         │ 100 ns        │ 110 ns        │ 50      │ 200
";

    #[test]
    fn divans_tree_becomes_names_with_their_groups() {
        let figures = of_divan(DIVAN);
        let names: Vec<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
        assert_eq!(names, ["store/accept", "store/search/by_name", "store/search/by_number"]);
    }

    #[test]
    fn divans_units_are_read() {
        let figures = of_divan(DIVAN);
        assert_eq!((figures[0].p50, figures[0].p99, figures[0].samples), (1.5e6, 9.5e6, 100));
        assert_eq!((figures[2].p50, figures[2].p99), (100.0, 2.5e9));
    }

    #[test]
    fn criterions_samples_are_times_of_one_run() {
        let folder = tempfile::tempdir().unwrap();
        let new = folder.path().join("accept/durable/new");
        std::fs::create_dir_all(&new).unwrap();
        std::fs::write(new.join("benchmark.json"), r#"{"full_id": "accept/durable"}"#).unwrap();
        let sample = r#"{"iters": [1.0, 2.0, 4.0], "times": [30.0, 20.0, 80.0]}"#;
        std::fs::write(new.join("sample.json"), sample).unwrap();
        let figures = of_criterion(folder.path()).unwrap();
        let expected =
            Figure { name: "accept/durable".to_owned(), p50: 20.0, p99: 30.0, samples: 3 };
        assert_eq!(figures, [expected]);
    }

    #[test]
    fn without_any_benchmark_there_are_no_figures() {
        assert_eq!(of_criterion(Path::new("nowhere")).unwrap(), []);
        assert_eq!(of_divan("running 0 tests\n"), []);
    }
}

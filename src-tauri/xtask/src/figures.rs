//! Figures that the benchmarks left behind: criterion's files.

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
    /// 99 of 100 samples took no longer.
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

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}

//! The desk's day through the command line, as an outsider sees it.

mod cards_and_dates;
mod keys;
mod life;
mod numbers;
mod returning;
mod training_day;

//! The routes. A handler translates and delegates; what is decided, is decided further in.

mod answer;
mod bearer;
mod blobs;
mod files;
mod openapi;
mod packed;
mod province;
mod routes;
mod watch;

pub use routes::router;

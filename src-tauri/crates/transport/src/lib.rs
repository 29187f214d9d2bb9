//! How records and documents travel. [`http`] speaks with the gateway: every request has an end, records have a
//! connection of their own, every stream of documents another.
//!
//! It decides nothing: what to ask, when, and what an answer means is for [`sync::engine`]. It keeps no state but open
//! connections and a token, and knows neither store nor screen.

pub mod http;

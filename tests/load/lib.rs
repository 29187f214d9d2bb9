//! A province's worth of desks, for measuring a gateway and for telling stories against it.
//!
//! [`cluster`] is a `PostgreSQL` server of one's own; [`office`] what a day at a desk writes; [`desk`] the log it becomes;
//! [`wire`] how it goes to the gateway. The program `gateway-load` measures with them.

pub mod cluster;
pub mod crowd;
pub mod desk;
pub mod office;
pub mod place;
pub mod plans;
pub mod site;
pub mod stored;
pub mod throughput;
pub mod wire;

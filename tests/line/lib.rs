//! A laboratory of bad lines: a real desk on one host, a real gateway on another, and between them a line that is slow, far,
//! lossy, or dies every few seconds. The hosts are network namespaces with TCP stacks of their own, the programs are those
//! that are shipped, TLS is on.
//!
//! [`carrier`] decides what becomes of each packet, in pure code; [`line`] brings packets to it and away; [`hosts`] are the two
//! ends; [`place`] what runs on them; [`work`] what there is to send; [`courses`] what is measured, [`arrivals`] a figure of it. [`dictionary`] is
//! made here too, since the same work teaches it. The program `bad-line`
//! prints a table of it (`cargo xtask bench line`). It wants to be root on Linux.
//!
//! It never sends a packet outside the two hosts, and ends by itself.
#![cfg(target_os = "linux")]

pub mod arrivals;
pub mod carrier;
pub mod courses;
pub mod cuts;
pub mod dictionary;
pub mod hosts;
pub mod line;
pub mod link;
pub mod packet;
pub mod place;
pub mod work;

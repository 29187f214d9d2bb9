//! A gateway of another version: it does not know the dictionary of this one.

#![allow(clippy::unwrap_used, reason = "a story that cannot be told must stop")]

use ed25519_dalek::{Signer, SigningKey};
use protocol::packing::{newest, shipped, unpack};
use protocol::receipt::{WireReceipt, signed_time};
use protocol::wire::{MEDIA_TYPE, Problem, ProblemType, RecordsReply, TimeReply, Token};
use protocol::{Receipt, Series};
use serde::Serialize;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use transport::http::{Gateway, Identity};

#[tokio::test]
async fn records_go_without_the_dictionary_once_the_gateway_does_not_know_it() {
    let (address, seen) = older_gateway().await;
    let identity = Identity {
        device: [1; 16],
        gateway_key: key().verifying_key().to_bytes(),
        said_ms: 0,
        sign: Box::new(|_| [0; 64]),
        nonce: Box::new(|| Some("00".into())),
    };
    let gateway = Gateway::new(&address, None, "04252", identity).unwrap();
    let series = Series {
        site: "04252".into(),
        device: [1; 16],
        first: 1,
        prev: [0; 32],
        entries: Vec::new(),
        signature: [0; 64],
    };
    for _ in 0..2 {
        gateway.send_records(std::slice::from_ref(&series), false, || ()).await.unwrap();
    }
    let with = format!("{MEDIA_TYPE}; dict={}", newest().name());
    let kinds: Vec<String> = seen.lock().unwrap().iter().map(|(kind, _)| kind.clone()).collect();
    assert_eq!(kinds, [with.as_str(), MEDIA_TYPE, MEDIA_TYPE], "it is asked once");
    for (kind, body) in seen.lock().unwrap().iter() {
        let dictionary = kind.split_once("dict=").and_then(|(_, name)| shipped(name));
        assert_eq!(unpack(body, dictionary, 10_000).unwrap(), series.encode().unwrap());
    }
}

type Seen = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// Answers one request on each connection; keeps the media type and the body of what was posted as records.
async fn older_gateway() -> (String, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, seen) = (listener.local_addr().unwrap(), Seen::default());
    let kept = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            answered(stream, &kept).await;
        }
    });
    (format!("http://{address}"), seen)
}

async fn answered(mut stream: TcpStream, seen: &Seen) {
    let (head, body) = request(&mut stream).await;
    let answer = if head.starts_with("GET /v1/time") {
        let signature = key().sign(&signed_time("00", 1)).to_bytes();
        let gateway_key = key().verifying_key().to_bytes();
        json(200, &TimeReply { at_ms: 1, nonce: "00".into(), gateway_key, signature })
    } else if head.starts_with("POST /oauth/token") {
        let (access_token, token_type) = ("token".into(), "Bearer".into());
        json(200, &Token { access_token, token_type, expires_in: 900 })
    } else {
        let kind = header(&head, "content-type");
        let knows = !kind.contains("dict=");
        seen.lock().unwrap().push((kind, body));
        if knows { json(200, &reply()) } else { unknown() }
    };
    stream.write_all(answer.as_bytes()).await.unwrap();
}

async fn request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4_096];
        let read = stream.read(&mut piece).await.unwrap();
        bytes.extend_from_slice(&piece[..read]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = header(&head, "content-length").parse().unwrap_or(0);
        if bytes.len() - end - 4 >= length {
            return (head, bytes.split_off(end + 4));
        }
    }
}

fn header(head: &str, name: &str) -> String {
    let of =
        |line: &str| line.split_once(": ").map(|(of, value)| (of.to_lowercase(), value.to_owned()));
    head.lines()
        .filter_map(of)
        .find(|(of, _)| of == name)
        .map(|(_, value)| value)
        .unwrap_or_default()
}

fn reply() -> RecordsReply {
    let name = protocol::Name { device: [1; 16], seq: 1 };
    let receipt = Receipt { name, hash: [0; 32], at_ms: 1, signature: [0; 64] };
    RecordsReply { receipt: WireReceipt::from(receipt), held: Vec::new() }
}

fn json(status: u16, body: &impl Serialize) -> String {
    written(status, "application/json", &serde_json::to_string(body).unwrap())
}

fn unknown() -> String {
    let problem = Problem {
        kind: ProblemType::Validation,
        title: "Not a media type that is taken".into(),
        status: 415,
        detail: None,
        expected: None,
    };
    written(415, "application/problem+json", &serde_json::to_string(&problem).unwrap())
}

fn written(status: u16, kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

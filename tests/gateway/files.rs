//! Files: by parts, over any cut, on any instance; counted only when whole.

use crate::desk::{Desk, Says, answer};
use crate::place::{OTHER_SITE, SITE, on_every_ledger};
use data_encoding::BASE64;
use futures_util::{StreamExt, stream};
use protocol::Subject;
use protocol::receipt::hex;
use protocol::wire::ProblemType;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::time::Duration;

#[tokio::test]
async fn a_file_cut_twice_goes_on_where_it_was_and_opens_in_ranges() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        let scan = bytes(300_000);
        let address = begin(&desk, scan.len(), &sha256(&scan)).await;
        assert_eq!(send(&desk, &address, 0, &scan[..70_000]).await.status(), 204);
        let checked = tus(&desk, Method::PATCH, &address)
            .header("upload-offset", 70_000)
            .header("content-type", "application/offset+octet-stream")
            .header(
                "upload-checksum",
                format!("sha256 {}", BASE64.encode(&Sha256::digest(&scan[70_000..200_000]))),
            )
            .body(scan[70_000..200_000].to_vec());
        assert_eq!(checked.send().await.unwrap().status(), 204);
        // Another instance, as after a kill.
        let other = place.another_instance().await;
        desk.base = format!("http://{}", other.address);
        let head = tus(&desk, Method::HEAD, &address).send().await.unwrap();
        assert_eq!(head.headers()["upload-offset"], "200000");
        assert!(head.headers().contains_key("upload-expires"));
        assert_eq!(send(&desk, &address, 200_000, &scan[200_000..]).await.status(), 204);

        let blob = format!("/v1/sites/{SITE}/blobs/{}", sha256(&scan));
        assert_eq!(get(&desk, &blob, None).await.status(), 404, "no record names it yet");
        desk.write(attached(&sha256(&scan), scan.len()));
        desk.send(1, 1).await.unwrap();
        assert_eq!(get(&desk, &blob, None).await.bytes().await.unwrap(), scan);
        for (from, to) in
            [(0, 0), (65_535, 65_536), (65_536, 131_071), (1, 299_999), (299_999, 299_999)]
        {
            let part = get(&desk, &blob, Some(format!("bytes={from}-{to}"))).await;
            assert_eq!(part.status(), 206);
            assert_eq!(part.headers()["content-range"], format!("bytes {from}-{to}/300000"));
            assert_eq!(part.bytes().await.unwrap(), scan[from..=to]);
        }
        assert_eq!(get(&desk, &blob, Some("bytes=300000-".into())).await.status(), 416);
        let there = desk.client.head(format!("{}{blob}", desk.base)).bearer_auth(&desk.token);
        assert_eq!(there.send().await.unwrap().headers()["content-length"], "300000");
    })
    .await;
}

#[tokio::test]
async fn what_came_before_a_line_fell_silent_is_there_before_the_connection_is_known_to_be_dead() {
    on_every_ledger(async |place| {
        let desk = Desk::enrolled(&place, SITE, 1).await;
        let scan = bytes(100_000);
        let address = begin(&desk, scan.len(), &sha256(&scan)).await;
        let came = stream::iter([Ok::<_, Infallible>(scan[..5_760].to_vec())]);
        let silent = tus(&desk, Method::PATCH, &address)
            .header("upload-offset", 0)
            .header("content-type", "application/offset+octet-stream")
            .header("content-length", scan.len())
            .body(reqwest::Body::wrap_stream(came.chain(stream::pending())));
        let silent = tokio::spawn(silent.send());
        let mut offset = String::new();
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let head = tus(&desk, Method::HEAD, &address).send().await.unwrap();
            offset = head.headers()["upload-offset"].to_str().unwrap().to_owned();
            if offset != "0" {
                break;
            }
        }
        assert_eq!(offset, "5760");
        assert!(!silent.is_finished(), "the connection is still waited for");
        assert_eq!(send(&desk, &address, 5_760, &scan[5_760..]).await.status(), 204);
        silent.abort();
    })
    .await;
}

#[tokio::test]
async fn what_lies_in_the_object_store_shows_neither_content_nor_hash() {
    on_every_ledger(async |place| {
        let desk = Desk::enrolled(&place, SITE, 1).await;
        let scan = "GIẤY KHAI SINH ".repeat(9_000).into_bytes();
        let address = begin(&desk, scan.len(), &sha256(&scan)).await;
        send(&desk, &address, 0, &scan).await;
        let gateway::settings::FilesPlace::Folder(folder) = &place.settings.files else {
            panic!("a folder");
        };
        let mut objects = Vec::new();
        collect(folder, &mut objects);
        assert_eq!(objects.len(), 1);
        let sealed = std::fs::read(&objects[0]).unwrap();
        assert!(sealed.len() > scan.len());
        assert!(!sealed.windows(4).any(|four| four == "KHAI".as_bytes()));
        assert!(!objects[0].display().to_string().contains(&sha256(&scan)));
    })
    .await;
}

#[tokio::test]
async fn a_file_of_another_hash_never_counts() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        let (scan, wanted) = (bytes(1_000), sha256(b"another"));
        let address = begin(&desk, scan.len(), &wanted).await;
        let refused = send(&desk, &address, 0, &scan).await;
        assert_eq!(refused.status(), 460);
        let problem = answer::<serde_json::Value>(refused).await.unwrap_err();
        assert_eq!(problem.kind, ProblemType::HashMismatch);
        assert_eq!(tus(&desk, Method::HEAD, &address).send().await.unwrap().status(), 404);
        desk.write(attached(&wanted, scan.len()));
        desk.send(1, 1).await.unwrap();
        let blob = format!("/v1/sites/{SITE}/blobs/{wanted}");
        assert_eq!(get(&desk, &blob, None).await.status(), 404);
    })
    .await;
}

#[tokio::test]
async fn parts_sent_side_by_side_become_one_file() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        let scan = bytes(200_001);
        let mut parts = Vec::new();
        for part in [&scan[..90_000], &scan[90_000..]] {
            let begun = tus(&desk, Method::POST, "/v1/files")
                .header("upload-concat", "partial")
                .header("upload-length", part.len())
                .send()
                .await
                .unwrap();
            let address = begun.headers()["location"].to_str().unwrap().to_owned();
            send(&desk, &address, 0, part).await;
            parts.push(address);
        }
        let joined = tus(&desk, Method::POST, "/v1/files")
            .header("upload-concat", format!("final;{}", parts.join(" ")))
            .header("upload-metadata", metadata(&sha256(&scan)))
            .send()
            .await
            .unwrap();
        assert_eq!(joined.status(), 201);
        desk.write(attached(&sha256(&scan), scan.len()));
        desk.send(1, 1).await.unwrap();
        let blob = format!("/v1/sites/{SITE}/blobs/{}", sha256(&scan));
        assert_eq!(get(&desk, &blob, None).await.bytes().await.unwrap(), scan);
    })
    .await;
}

#[tokio::test]
async fn uploads_out_of_bounds_out_of_place_or_of_others_are_refused() {
    on_every_ledger(async |place| {
        let desk = Desk::enrolled(&place, SITE, 1).await;
        let neighbour = Desk::enrolled(&place, OTHER_SITE, 2).await;
        let status =
            async |request: RequestBuilder| request.send().await.unwrap().status().as_u16();
        let create = || {
            tus(&desk, Method::POST, "/v1/files").header("upload-metadata", metadata(&sha256(b"")))
        };
        assert_eq!(status(create().header("upload-length", "10000000000")).await, 413);
        assert_eq!(status(create().header("upload-length", "ten")).await, 422);
        let nameless = tus(&desk, Method::POST, "/v1/files").header("upload-length", 5);
        assert_eq!(status(nameless).await, 422);

        let address = begin(&desk, 10, &sha256(b"0123456789")).await;
        assert_eq!(send(&desk, &address, 5, b"56789").await.status(), 409);
        assert_eq!(send(&desk, &address, 0, b"0123456789ten").await.status(), 413);
        let wrong = tus(&desk, Method::PATCH, &address)
            .header("upload-offset", 0)
            .header("content-type", "application/offset+octet-stream")
            .header("upload-checksum", format!("sha256 {}", BASE64.encode(&Sha256::digest(b"x"))))
            .body("0123456789");
        assert_eq!(status(wrong).await, 460);
        assert_eq!(send(&neighbour, &address, 0, b"01234").await.status(), 404);
        let old = desk.client.head(format!("{}{address}", desk.base)).bearer_auth(&desk.token);
        assert_eq!(status(old).await, 412);
        for traversal in ["/v1/files/..%2f..%2fledger.db", "/v1/files/%2e%2e%2fledger.db"] {
            assert_eq!(status(tus(&desk, Method::HEAD, traversal)).await, 404);
        }
        let blob = format!("/v1/sites/{SITE}/blobs/..%2f..%2f..%2fledger.db");
        assert_eq!(get(&desk, &blob, None).await.status(), 404);

        let head = tus(&desk, Method::HEAD, &address).send().await.unwrap();
        assert_eq!(head.headers()["upload-offset"], "0", "a refused part left bytes behind");
        assert_eq!(status(tus(&desk, Method::DELETE, &address)).await, 204);
        assert_eq!(status(tus(&desk, Method::HEAD, &address)).await, 404);
    })
    .await;
}

#[tokio::test]
async fn a_file_is_opened_by_the_communes_whose_records_name_it_only() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        let mut neighbour = Desk::enrolled(&place, OTHER_SITE, 2).await;
        let scan = bytes(500);
        let address = begin(&desk, scan.len(), &sha256(&scan)).await;
        send(&desk, &address, 0, &scan).await;
        for desk in [&mut desk, &mut neighbour] {
            desk.write(attached(&sha256(&scan), scan.len()));
            desk.send(1, 1).await.unwrap();
        }
        let of = |site: &str| format!("/v1/sites/{site}/blobs/{}", sha256(&scan));
        assert_eq!(get(&desk, &of(SITE), None).await.status(), 200);
        assert_eq!(get(&neighbour, &of(SITE), None).await.status(), 403);
        // Naming a hash is not having the file: its bytes never came from this commune.
        assert_eq!(get(&neighbour, &of(OTHER_SITE), None).await.status(), 404);
    })
    .await;
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|place| u8::try_from(place * 7 % 251).unwrap()).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex::text(&Sha256::digest(bytes))
}

fn metadata(sha256: &str) -> String {
    let name = BASE64.encode("../../etc/đơn đề nghị.pdf".as_bytes());
    format!("filename {name},sha256 {}", BASE64.encode(sha256.as_bytes()))
}

fn tus(desk: &Desk, method: Method, path: &str) -> RequestBuilder {
    let request = desk.client.request(method, format!("{}{path}", desk.base));
    request.bearer_auth(&desk.token).header("tus-resumable", "1.0.0")
}

async fn begin(desk: &Desk, length: usize, sha256: &str) -> String {
    let begun = tus(desk, Method::POST, "/v1/files")
        .header("upload-length", length)
        .header("upload-metadata", metadata(sha256))
        .send()
        .await
        .unwrap();
    assert_eq!(begun.status(), 201);
    begun.headers()["location"].to_str().unwrap().to_owned()
}

async fn send(desk: &Desk, address: &str, offset: usize, bytes: &[u8]) -> Response {
    let request = tus(desk, Method::PATCH, address)
        .header("upload-offset", offset)
        .header("content-type", "application/offset+octet-stream");
    request.body(bytes.to_vec()).send().await.unwrap()
}

async fn get(desk: &Desk, path: &str, range: Option<String>) -> Response {
    let request = desk.client.get(format!("{}{path}", desk.base)).bearer_auth(&desk.token);
    let request = match range {
        Some(range) => request.header("range", range),
        None => request,
    };
    request.send().await.unwrap()
}

/// A dossier's paper, as its record names it.
pub fn attached(sha256: &str, size: usize) -> Says {
    let act = json!({
        "at": "2026-11-23T01:00:00Z", "done_by": "Hoàng Thị Nết",
        "recorded_by": "01935b2a-0000-7000-8000-000000000001", "recorded_by_name": "Hoàng Thị Nết",
    });
    let file = json!({
        "id": "01935b2a-0000-7000-8000-000000000002", "name": "to-khai.pdf", "mime": "application/pdf",
        "size_bytes": size, "sha256": sha256,
    });
    let body = json!({"act": act, "file": file}).to_string().into_bytes();
    Says { subject: Subject { kind: "dossier", id: [7; 16] }, kind: "dossier.file_attached", body }
}

fn collect(folder: &std::path::Path, into: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, into) } else { into.push(path) }
    }
}

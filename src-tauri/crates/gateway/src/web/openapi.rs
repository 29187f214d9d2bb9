//! OpenAPI 3.1 at `/openapi.json`, so that a province's own team can build against the gateway.
//!
//! The shapes below say on paper what `protocol::wire` says in code, bytes as the hexadecimal text they travel as; a
//! test holds the two together.

#![allow(dead_code, reason = "shapes and paths are read by their derives only")]

use axum::Json;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{IntoParams, Modify, OpenApi, ToSchema};

pub async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "quay-gateway",
        description = "The province's end of the line for one-stop desks: records, files, and the province's own systems."
    ),
    paths(
        time, enrol, token, take, feed, heads, open, upload, upload_head, upload_patch, upload_delete, blob, changes, dossier,
        filing, step, result_file, live, ready, metrics
    ),
    components(schemas(Problem)),
    modifiers(&Bearer)
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// RFC 9457. `type` is `urn:quay:problem:<name>`, stable for ever; never personal data.
#[derive(ToSchema)]
struct Problem {
    #[schema(example = "urn:quay:problem:gap")]
    r#type: String,
    title: String,
    status: u16,
    detail: Option<String>,
    /// `gap`, `stale`: the place that is waited for; `fork`: the place at odds.
    expected: Option<u64>,
}

#[derive(ToSchema)]
struct TimeReply {
    /// Milliseconds since 1970 UTC.
    at_ms: i64,
    nonce: String,
    #[schema(pattern = "^[0-9a-f]{64}$")]
    gateway_key: String,
    #[schema(pattern = "^[0-9a-f]{128}$")]
    signature: String,
}

#[derive(ToSchema)]
struct SeriesUse {
    name: String,
    last: u16,
}

#[derive(ToSchema)]
struct HeadOf {
    #[schema(pattern = "^[0-9a-f]{32}$")]
    device: String,
    seq: u64,
    #[schema(pattern = "^[0-9a-f]{64}$")]
    hash: String,
}

#[derive(ToSchema)]
struct Enrolment {
    code: String,
    #[schema(pattern = "^[0-9]{5}$")]
    site: String,
    #[schema(pattern = "^[0-9a-f]{32}$")]
    device: String,
    #[schema(pattern = "^[0-9a-f]{64}$")]
    public_key: String,
    #[schema(minimum = 1, maximum = 9)]
    desk: u8,
    series: Vec<SeriesUse>,
    continues: Option<HeadOf>,
    reads: u16,
    application: String,
}

#[derive(ToSchema)]
struct Enrolled {
    site: String,
    desk: u8,
    /// Whether the lane of the desk is this device's; otherwise it gives provisional numbers.
    lane: bool,
    gateway_key: String,
    gateway_device: String,
    ledger_epoch: u64,
}

#[derive(ToSchema)]
struct TokenForm {
    #[schema(example = "client_credentials")]
    grant_type: String,
    #[schema(example = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")]
    client_assertion_type: String,
    /// JWS, `EdDSA`: iss = sub = client, aud = `quay-gateway`, jti, iat and exp by the server's clock.
    client_assertion: String,
}

#[derive(ToSchema)]
struct Token {
    access_token: String,
    token_type: String,
    expires_in: u64,
}

#[derive(ToSchema)]
struct Receipt {
    device: String,
    seq: u64,
    hash: String,
    at_ms: i64,
    signature: String,
}

#[derive(ToSchema)]
struct HeldRecord {
    seq: u64,
    problem: String,
}

#[derive(ToSchema)]
struct RecordsReply {
    receipt: Receipt,
    #[schema(required = false)]
    held: Vec<HeldRecord>,
}

/// What came of records that were kept until their turn came: one of both.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
enum TakenLater {
    Taken(RecordsReply),
    Refused(Problem),
}

#[derive(ToSchema)]
struct Heads {
    /// Changes when the gateway was restored from a backup.
    ledger_epoch: u64,
    cursor: u64,
    heads: Vec<HeadOf>,
}

#[derive(ToSchema)]
struct Change {
    id: String,
    etag: String,
    /// An element of `DongBoHoSoMC`.
    #[schema(rename = "hoSo", value_type = Option<Object>)]
    dossier: Option<String>,
    waits: Option<String>,
    #[schema(rename = "hoSoTrucTuyen")]
    online: Option<Online>,
}

#[derive(ToSchema)]
#[allow(non_snake_case, reason = "the names of the national interface")]
struct Online {
    HeThong: String,
    MaHoSo: String,
    #[schema(pattern = "^([1-9]|10)$")]
    TrangThaiHoSo: String,
    MaHoSoTaiQuay: Option<String>,
    NoiDungXuLy: Option<String>,
    NguoiXuLy: Option<String>,
    ThoiDiemXuLy: Option<String>,
}

#[derive(ToSchema)]
#[allow(non_snake_case, reason = "the names of the national interface")]
struct PostedFile {
    TepDinhKemId: String,
    TenTepDinhKem: String,
    LoaiTep: String,
    KichThuoc: u64,
    SHA256: String,
}

#[derive(ToSchema)]
#[allow(non_snake_case, reason = "the names of the national interface")]
struct PostedDossier {
    MaSuKien: String,
    /// Name of the portal; the national one when absent.
    HeThong: Option<String>,
    /// Its number on the portal: one number is one dossier.
    MaHoSo: String,
    MaTTHC: String,
    TenTTHC: String,
    TenLinhVuc: Option<String>,
    #[schema(pattern = "^[0-9]{14}$")]
    NgayNopHoSo: String,
    ChuHoSo: String,
    LoaiDoiTuong: Option<String>,
    SoGiayToChuHoSo: Option<String>,
    SoDienThoai: Option<String>,
    Email: Option<String>,
    DiaChi: Option<String>,
    NguoiNop: Option<String>,
    HinhThuc: Option<String>,
    NoiDungXuLy: Option<String>,
    #[schema(required = false)]
    TaiLieuNop: Vec<PostedFile>,
}

#[derive(ToSchema)]
struct TakenOver {
    id: String,
    etag: String,
    new: bool,
}

#[derive(ToSchema)]
struct Changes {
    next: u64,
    more: bool,
    dossiers: Vec<Change>,
}

#[derive(ToSchema)]
#[allow(non_snake_case, reason = "the names of the national interface")]
struct PostedResult {
    GiayToId: String,
    TenGiayTo: String,
    LoaiTep: String,
    KichThuoc: u64,
    SHA256: String,
}

#[derive(ToSchema)]
#[allow(non_snake_case, reason = "the names of the national interface")]
struct Posted {
    MaSuKien: String,
    #[schema(pattern = "^[345689]$")]
    TrangThai: String,
    NguoiXuLy: String,
    #[schema(pattern = "^[0-9]{14}$")]
    ThoiDiemXuLy: String,
    NoiDungXuLy: String,
    #[schema(required = false)]
    PhongBanXuLy: String,
    SoVanBan: Option<String>,
    #[schema(required = false)]
    DanhSachGiayToBoSung: Vec<String>,
    SoTien: Option<u32>,
    #[schema(required = false)]
    DanhSachGiayToKetQua: Vec<PostedResult>,
}

#[derive(ToSchema)]
struct Accepted {
    etag: String,
    new: bool,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Nonce {
    /// At most 128 bytes.
    nonce: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct After {
    /// Cursor of the last page; 0 from the beginning.
    after: Option<u64>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct AfterSubject {
    /// `next` of the last page; absent for the first.
    #[param(pattern = "^[0-9a-f]{32}$")]
    after: Option<String>,
}

/// Server time over the caller's nonce, signed.
#[utoipa::path(get, path = "/v1/time", params(Nonce), responses(
    (status = 200, body = TimeReply),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn time() {}

/// A device asks to belong to a site.
#[utoipa::path(post, path = "/v1/enrolments", request_body = Enrolment, responses(
    (status = 200, body = Enrolled),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn enrol() {}

/// A token for fifteen minutes (RFC 6749 client credentials, RFC 7523 `private_key_jwt`).
#[utoipa::path(post, path = "/oauth/token",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, body = Token),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn token() {}

/// Records of one device, in the order of its log: one series, or several that follow each other. Those that come before
/// their turn are kept for a while where `Prefer: wait=SECONDS` asks for it (RFC 7240). With `respond-async` the answer
/// begins at once, with 202, and ends when their turn has come.
#[utoipa::path(post, path = "/v1/sites/{site}/records", security(("bearer" = [])), params(("site" = String, Path)),
    request_body(content = [u8], content_type = "application/vnd.quay.records+zstd"), responses(
    (status = 200, body = RecordsReply),
    (status = 202, body = TakenLater),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn take() {}

/// What the site has and the caller did not write.
#[utoipa::path(get, path = "/v1/sites/{site}/records", security(("bearer" = [])),
    params(("site" = String, Path), After), responses(
    (status = 200, body = [u8], content_type = "application/vnd.quay.records+zstd"),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn feed() {}

/// How far every device of the site was read.
#[utoipa::path(get, path = "/v1/sites/{site}/heads", security(("bearer" = [])), params(("site" = String, Path)),
    responses(
    (status = 200, body = Heads),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn heads() {}

/// The open dossiers of the site for a desk that joins, whole, page by page, each page signed by the gateway.
#[utoipa::path(get, path = "/v1/sites/{site}/open", security(("bearer" = [])),
    params(("site" = String, Path), AfterSubject), responses(
    (status = 200, body = [u8], content_type = "application/vnd.quay.records+zstd"),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn open() {}

/// Begins an upload (tus 1.0.0).
#[utoipa::path(post, path = "/v1/files", security(("bearer" = [])), params(
    ("Tus-Resumable" = String, Header), ("Upload-Length" = Option<u64>, Header),
    ("Upload-Metadata" = Option<String>, Header), ("Upload-Concat" = Option<String>, Header)), responses(
    (status = 201, description = "Location"),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn upload() {}

/// How far an upload is.
#[utoipa::path(head, path = "/v1/files/{id}", security(("bearer" = [])),
    params(("id" = String, Path), ("Tus-Resumable" = String, Header)), responses(
    (status = 200, description = "Upload-Offset, Upload-Length"),
    (status = "default", description = "As for other methods, without a body")))]
fn upload_head() {}

/// Adds bytes.
#[utoipa::path(patch, path = "/v1/files/{id}", security(("bearer" = [])), params(
    ("id" = String, Path), ("Tus-Resumable" = String, Header), ("Upload-Offset" = u64, Header),
    ("Upload-Checksum" = Option<String>, Header)),
    request_body(content = [u8], content_type = "application/offset+octet-stream"), responses(
    (status = 204, description = "Upload-Offset"),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn upload_patch() {}

/// Takes an upload away.
#[utoipa::path(delete, path = "/v1/files/{id}", security(("bearer" = [])),
    params(("id" = String, Path), ("Tus-Resumable" = String, Header)), responses(
    (status = 204, description = "Gone"),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn upload_delete() {}

/// A file that a record of the site names.
#[utoipa::path(get, path = "/v1/sites/{site}/blobs/{sha256}", security(("bearer" = [])), params(
    ("site" = String, Path), ("sha256" = String, Path), ("Range" = Option<String>, Header)), responses(
    (status = 200, body = [u8], content_type = "application/octet-stream"),
    (status = 206, body = [u8], content_type = "application/octet-stream"),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn blob() {}

/// Dossiers of a site that changed.
#[utoipa::path(get, path = "/v1/province/sites/{site}/changes", security(("bearer" = [])),
    params(("site" = String, Path), After), responses(
    (status = 200, body = Changes),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn changes() {}

/// One dossier; its `ETag` names the version.
#[utoipa::path(get, path = "/v1/province/sites/{site}/dossiers/{id}", security(("bearer" = [])),
    params(("site" = String, Path), ("id" = String, Path)), responses(
    (status = 200, body = Change),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn dossier() {}

/// A dossier that a citizen filed on the portal; posted once more after a supplement request it goes back to the desk.
#[utoipa::path(post, path = "/v1/province/sites/{site}/dossiers", security(("bearer" = [])),
    params(("site" = String, Path)), request_body = PostedDossier, responses(
    (status = 200, body = TakenOver), (status = 201, body = TakenOver),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn filing() {}

/// A step that the province decided.
#[utoipa::path(post, path = "/v1/province/sites/{site}/dossiers/{id}/steps", security(("bearer" = [])), params(
    ("site" = String, Path), ("id" = String, Path), ("If-Match" = Option<String>, Header)),
    request_body = Posted, responses(
    (status = 200, body = Accepted), (status = 201, body = Accepted),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn step() {}

/// The file of a result, or of a dossier of the portal.
#[utoipa::path(put, path = "/v1/province/sites/{site}/files/{sha256}", security(("bearer" = [])), params(
    ("site" = String, Path), ("sha256" = String, Path)),
    request_body(content = [u8], content_type = "application/octet-stream"), responses(
    (status = 204, description = "Kept"),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn result_file() {}

/// The process answers.
#[utoipa::path(get, path = "/health/live", responses((status = 200, body = str, content_type = "text/plain")))]
fn live() {}

/// The ledger answers.
#[utoipa::path(get, path = "/health/ready", responses(
    (status = 200, body = str, content_type = "text/plain"),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
fn ready() {}

/// Numbers for Prometheus.
#[utoipa::path(get, path = "/metrics", responses((status = 200, body = str, content_type = "application/openmetrics-text")))]
fn metrics() {}

#[cfg(test)]
mod tests {
    use super::Document;
    use protocol::wire;
    use serde_json::{Value, json};
    use utoipa::OpenApi;

    fn properties(document: &Value, shape: &str) -> Vec<String> {
        let of = &document["components"]["schemas"][shape]["properties"];
        of.as_object().map(|of| of.keys().cloned().collect()).unwrap_or_default()
    }

    fn keys(value: &impl serde::Serialize) -> Vec<String> {
        let mut keys: Vec<String> =
            json!(value).as_object().map(|of| of.keys().cloned().collect()).unwrap_or_default();
        keys.sort();
        keys
    }

    fn sorted(mut names: Vec<String>) -> Vec<String> {
        names.sort();
        names
    }

    #[test]
    fn the_document_says_what_the_code_says() {
        let document = json!(Document::openapi());
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let head = wire::HeadOf { device: [1; 16], seq: 1, hash: [2; 32] };
        let enrolment = wire::Enrolment {
            code: String::new(),
            site: String::new(),
            device: [1; 16],
            public_key: [2; 32],
            desk: 1,
            series: Vec::new(),
            continues: Some(head),
            reads: 0,
            application: String::new(),
        };
        assert_eq!(sorted(properties(&document, "Enrolment")), keys(&enrolment));
        assert_eq!(sorted(properties(&document, "HeadOf")), keys(&head));
        let heads = wire::Heads { ledger_epoch: 1, cursor: 1, heads: vec![head] };
        assert_eq!(sorted(properties(&document, "Heads")), keys(&heads));
        let enrolled = wire::Enrolled {
            site: String::new(),
            desk: 1,
            lane: true,
            gateway_key: [1; 32],
            gateway_device: [1; 16],
            ledger_epoch: 1,
        };
        assert_eq!(sorted(properties(&document, "Enrolled")), keys(&enrolled));
    }
}

//! Dossiers on their way to the national portal, against a stand-in that answers as the documented services do:
//! duplicates by a phrase, codes as numbers or strings, errors under HTTP 200, silence.

use crate::desk::{Desk, Says};
use crate::place::{NOW_MS, Place, SITE};
use crate::province::{DOSSIER, NUMBER, received, with_profile};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use gateway::clock::Clock;
use gateway::outbound::driver::Driver;
use gateway::outbound::{Done, National};
use protocol::Subject;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const MINUTE_MS: i64 = 60_000;

#[tokio::test]
async fn every_driver_tells_a_dossier_first_and_its_steps_after_it() {
    for way in Way::ALL {
        let portal = Portal::start().await;
        let place = with_profile().await;
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        desk.write(received(DOSSIER, Some(NUMBER), Some("001204000123")));
        desk.send(1, 1).await.unwrap();
        let driver = portal.driver(way);
        assert_eq!(place.gateway().tell_one(&driver).await.unwrap(), Done::Told, "{way:?}");
        assert_eq!(place.gateway().tell_one(&driver).await.unwrap(), Done::Nothing, "{way:?}");
        assert_eq!(portal.told(), [("create", NUMBER.into()), ("steps", "2".into())], "{way:?}");

        desk.write(supplement_requested());
        desk.send(2, 2).await.unwrap();
        assert_eq!(place.gateway().tell_one(&driver).await.unwrap(), Done::Told);
        let again = portal.told();
        assert_eq!(again[2..], [("update", NUMBER.to_owned()), ("steps", "5".into())], "{way:?}");
        let paused = portal.dossier(NUMBER);
        assert_eq!(paused["TrangThaiHoSo"], "5", "a paused dossier is told as it is");
        assert_eq!(paused["NgayKetThucXuLy"], "");
    }
}

#[tokio::test]
async fn a_lost_answer_a_duplicate_and_an_error_under_200_end_well_and_tell_nothing_twice() {
    for way in Way::ALL {
        let portal = Portal::start().await;
        let place = with_profile().await;
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        desk.write(received(DOSSIER, Some(NUMBER), Some("001204000123")));
        desk.send(1, 1).await.unwrap();
        let driver = portal.driver(way);
        portal.next([Mood::TakesAndFallsSilent]);
        tell(&place, &driver, Done::Later).await;
        // The dossier is there: the portal answers the second create with its phrase.
        portal.next([Mood::Html, Mood::ServerError, Mood::Error]);
        if matches!(way, Way::XrdAdapter) {
            // It asks once more under a new session, for one that ended answers with an error too.
            portal.next([Mood::Error]);
        }
        for _ in 0..3 {
            tell(&place, &driver, Done::Later).await;
        }
        tell(&place, &driver, Done::Told).await;
        assert_eq!(portal.dossiers(), 1, "{way:?}");
        let steps = portal.told().iter().filter(|(what, _)| *what == "steps").count();
        assert_eq!(steps, 1, "{way:?}");
    }
}

#[tokio::test]
async fn what_is_refused_again_and_again_becomes_a_dead_letter_that_an_operator_sends_again() {
    let portal = Portal::start().await;
    let place = with_profile().await;
    let mut desk = Desk::enrolled(&place, SITE, 1).await;
    desk.write(received(DOSSIER, Some(NUMBER), Some("001204000123")));
    desk.send(1, 1).await.unwrap();
    let driver = portal.driver(Way::FacadeArray);
    portal.next([Mood::Error; 8]);
    for _ in 0..8 {
        tell(&place, &driver, Done::Later).await;
    }
    tell(&place, &driver, Done::Nothing).await;
    let dead = place.gateway().dead_letters().await.unwrap().unwrap();
    assert_eq!(dead[0]["reason"], "-1: Sai mã TTHC");
    assert_eq!(place.gateway().requeue_dead_letters().await.unwrap().unwrap(), 1);
    tell(&place, &driver, Done::Told).await;
    assert_eq!(portal.dossiers(), 1);
}

#[tokio::test]
async fn a_dossier_without_an_official_number_waits_and_is_never_told_under_another() {
    let portal = Portal::start().await;
    let place = with_profile().await;
    let mut desk = Desk::enrolled(&place, SITE, 1).await;
    desk.write(received(DOSSIER, None, Some("001204000123")));
    desk.send(1, 1).await.unwrap();
    let driver = portal.driver(Way::XrdAdapter);
    tell(&place, &driver, Done::Waits).await;
    tell(&place, &driver, Done::Nothing).await;
    assert_eq!(portal.told(), []);
    desk.now_s = None;
    desk.log_in().await.unwrap();
    desk.write(crate::records::number_given(DOSSIER, NUMBER));
    desk.send(2, 2).await.unwrap();
    tell(&place, &driver, Done::Told).await;
    assert_eq!(portal.told()[0], ("create", NUMBER.to_owned()));
}

/// Tells after the longest pause has passed.
async fn tell(place: &Place, driver: &Driver, wanted: Done) {
    place.settings.clock.advance(7 * 60 * MINUTE_MS);
    assert_eq!(place.gateway().tell_one(driver).await.unwrap(), wanted);
}

fn supplement_requested() -> Says {
    let body = json!({
        "act": {
            "at": "2026-11-23T03:00:00Z", "done_by": "Hoàng Thị Nết",
            "recorded_by": "01935b2a-0000-7000-8000-000000000001", "recorded_by_name": "Hoàng Thị Nết",
        },
        "components": ["Giấy chứng sinh"], "reason": "Thiếu", "ordinal": 1,
    });
    let subject = Subject { kind: "dossier", id: DOSSIER };
    Says { subject, kind: "dossier.supplement_requested", body: body.to_string().into_bytes() }
}

#[derive(Debug, Clone, Copy)]
enum Way {
    XrdAdapter,
    FacadeArray,
    FacadeThree,
}

impl Way {
    const ALL: [Way; 3] = [Way::XrdAdapter, Way::FacadeArray, Way::FacadeThree];
}

/// How the portal takes the next call.
#[derive(Debug, Clone, Copy)]
enum Mood {
    TakesAndFallsSilent,
    Html,
    ServerError,
    Error,
}

#[derive(Default)]
struct Kept {
    dossiers: BTreeMap<String, Value>,
    told: Vec<(&'static str, String)>,
    moods: VecDeque<Mood>,
}

type Shared = Arc<Mutex<Kept>>;

struct Portal {
    base: String,
    kept: Shared,
}

impl Portal {
    async fn start() -> Self {
        let kept = Shared::default();
        let router = Router::new().fallback(serve).with_state(Arc::clone(&kept));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, kept }
    }

    fn driver(&self, way: Way) -> Driver {
        let base = &self.base;
        let national = match way {
            Way::XrdAdapter => National::XrdAdapter {
                login: format!("{base}/XrdAdapter/RestService/forward/mapi/login"),
                services: format!("{base}/XrdAdapter/RestService/forward/mapi/g"),
                dstcode: "VN:GOV:000.00.00.G22:vpcpdvcprovider".into(),
                agency: "000.00.01.H38".into(),
                user: "tinh".into(),
                password: "mat khau".into(),
            },
            Way::FacadeArray => National::FacadeArray {
                base: format!("{base}/api/SynsTTHCC/"),
                agency: "000.00.01.H38".into(),
            },
            Way::FacadeThree => National::FacadeThree {
                create: format!("{base}/KetNoiMotCuaQuocGia/ThemMoi"),
                update: format!("{base}/KetNoiMotCuaQuocGia/CapNhat"),
                steps: format!("{base}/KetNoiMotCuaQuocGia/DongBoTienTrinh"),
                bearer: Some("token".into()),
            },
        };
        Driver::new(national, Duration::from_millis(400), Clock::standing_at(NOW_MS)).unwrap()
    }

    fn next(&self, moods: impl IntoIterator<Item = Mood>) {
        self.kept.lock().unwrap().moods.extend(moods);
    }

    fn told(&self) -> Vec<(&'static str, String)> {
        self.kept.lock().unwrap().told.clone()
    }

    fn dossiers(&self) -> usize {
        self.kept.lock().unwrap().dossiers.len()
    }

    fn dossier(&self, number: &str) -> Value {
        self.kept.lock().unwrap().dossiers[number].clone()
    }
}

async fn serve(State(kept): State<Shared>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    let body: Value = serde_json::from_str(&body).unwrap();
    let path = uri.path().to_owned();
    if path.ends_with("/login") {
        assert_eq!(body, json!({"username": "tinh", "password": "mat khau"}));
        return axum::Json(json!({"error_code": 0, "session": "s1", "message": ""}))
            .into_response();
    }
    let Some((operation, data)) = called(&path, uri.query().unwrap_or_default(), &headers, &body)
    else {
        return (StatusCode::BAD_REQUEST, "not one of the three ways").into_response();
    };
    let mood = kept.lock().unwrap().moods.pop_front();
    match mood {
        Some(Mood::Html) => "<html>Đăng nhập Wi-Fi</html>".into_response(),
        Some(Mood::ServerError) => StatusCode::BAD_GATEWAY.into_response(),
        Some(Mood::Error) => {
            axum::Json(json!({"error_code": "-1", "message": "Sai mã TTHC"})).into_response()
        }
        Some(Mood::TakesAndFallsSilent) => {
            take(&kept, operation, &data);
            tokio::time::sleep(Duration::from_secs(5)).await;
            StatusCode::OK.into_response()
        }
        None => axum::Json(take(&kept, operation, &data)).into_response(),
    }
}

/// The operation and its array, in whichever way it was called.
fn called(
    path: &str,
    query: &str,
    headers: &HeaderMap,
    body: &Value,
) -> Option<(&'static str, Value)> {
    let of = |service: &str, updating: &str| match (service, updating) {
        ("CapNhatTienDoHoSoMC", _) => Some("steps"),
        ("DongBoHoSoMC", "False") => Some("create"),
        ("DongBoHoSoMC", "True") => Some("update"),
        _ => None,
    };
    if path.starts_with("/XrdAdapter/") {
        let known = body["session"] == "s1"
            && body["madonvi"] == "000.00.01.H38"
            && headers["dstcode"] == "VN:GOV:000.00.00.G22:vpcpdvcprovider";
        let updating = body["isUpdating"].as_str().unwrap_or_default();
        return of(body["service"].as_str()?, updating)
            .filter(|_| known)
            .map(|o| (o, body["data"].clone()));
    }
    if let Some(service) = path.strip_prefix("/api/SynsTTHCC/") {
        let updating = query.rsplit('=').next().unwrap_or_default();
        return of(service, updating).map(|operation| (operation, body.clone()));
    }
    if headers.get("authorization")? != "Bearer token" {
        return None;
    }
    let operation = match path.strip_prefix("/KetNoiMotCuaQuocGia/")? {
        "ThemMoi" => "create",
        "CapNhat" => "update",
        "DongBoTienTrinh" => "steps",
        _ => return None,
    };
    Some((operation, body.clone()))
}

fn take(kept: &Shared, operation: &'static str, data: &Value) -> Value {
    let mut kept = kept.lock().unwrap();
    let data = data.as_array().expect("an array");
    if operation == "steps" {
        assert!((1..=10).contains(&data.len()), "1 to 10 steps a call");
        for step in data {
            kept.told.push(("steps", step["TrangThai"].as_str().unwrap().to_owned()));
        }
        return json!("Cập nhật tiến độ thành công");
    }
    assert_eq!(data.len(), 1, "one dossier a call");
    let number = data[0]["MaHoSo"].as_str().unwrap().to_owned();
    let there = kept.dossiers.contains_key(&number);
    match (operation, there) {
        ("create", true) => {
            json!({"error_code": "-3", "message": "Hồ sơ đã tồn tại trên hệ thống"})
        }
        ("update", false) => json!({"error_code": 3, "message": "Không tìm thấy hồ sơ"}),
        _ => {
            kept.told.push((operation, number.clone()));
            kept.dossiers.insert(number, data[0].clone());
            json!({"error_code": 0, "message": "Thành công"})
        }
    }
}

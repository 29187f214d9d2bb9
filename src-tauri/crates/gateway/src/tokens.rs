//! Who calls: a device proves its key (RFC 7523 `private_key_jwt`) and gets a token for fifteen minutes.

use crate::clock::Clock;
use crate::database::Tx;
use crate::jws::{self, JwsFault};
use crate::keys::{Keys, Use};
use crate::ledger::{Answer, Fault, admission, devices};
use crate::problems::{problem, unauthorized};
use crate::province::clients;
use protocol::receipt::hex;
use protocol::wire::{Problem, ProblemType, Token};
use serde::{Deserialize, Serialize};

/// Audience of a client assertion.
pub const AUDIENCE: &str = "quay-gateway";
/// Life of a token, seconds.
pub const TOKEN_SECONDS: u64 = 15 * 60;

const ASSERTION_SECONDS_MAX: i64 = 10 * 60;
const SKEW_SECONDS: i64 = 60;
const NONCE_BYTES_MAX: usize = 128;

/// What a client says of itself, signed with its own key. Times are seconds since 1970 UTC by the **server's** clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assertion {
    /// The device, hexadecimal.
    pub iss: String,
    /// The same.
    pub sub: String,
    /// [`AUDIENCE`].
    pub aud: String,
    /// Never used twice.
    pub jti: String,
    /// When it was made.
    pub iat: i64,
    /// When it ends; at most ten minutes later.
    pub exp: i64,
}

/// Who a token speaks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bearer {
    /// The device, hexadecimal.
    #[serde(with = "hex")]
    pub sub: [u8; 16],
    /// Unit code of its site; `province` for a system of the province.
    pub site: String,
    /// When it ends, seconds since 1970 UTC.
    pub exp: i64,
}

/// Gives a token for an assertion.
///
/// # Errors
/// [`Fault`]; an assertion that does not hold is a [`Problem`].
pub fn give(
    tx: &mut dyn Tx,
    keys: &Keys,
    assertion: &str,
    now_ms: i64,
) -> Result<Answer<Token>, Fault> {
    let Ok(claimed) = jws::unverified::<Assertion>(assertion) else {
        return Ok(Err(unauthorized("client_assertion: not a compact EdDSA token")));
    };
    let Some(id) = hex::read::<16>(&claimed.iss).filter(|_| claimed.iss == claimed.sub) else {
        return Ok(Err(unauthorized("client_assertion: iss and sub are the device")));
    };
    let Some((public_key, site)) = client(tx, &id)? else {
        return Ok(Err(unauthorized("client_assertion: not enrolled")));
    };
    let Ok(held) = jws::verified::<Assertion>(assertion, &public_key) else {
        return Ok(Err(unauthorized("client_assertion: the signature does not hold")));
    };
    if let Some(problem) = out_of_order(&held, now_ms) {
        return Ok(Err(problem));
    }
    let nonce = format!("{}/{}", held.iss, held.jti);
    let until_ms = (held.exp + SKEW_SECONDS).saturating_mul(1000);
    if !admission::nonce_is_new(tx, &nonce, until_ms, now_ms)? {
        return Ok(Err(unauthorized("client_assertion: jti was used before")));
    }
    let exp = now_ms / 1000 + TOKEN_SECONDS.cast_signed();
    let bearer = Bearer { sub: id, site, exp };
    let access_token = jws::sign(&bearer, &keys.signing(Use::Tokens))
        .map_err(|_| Fault::Broken("a token cannot be written"))?;
    Ok(Ok(Token { access_token, token_type: "Bearer".into(), expires_in: TOKEN_SECONDS }))
}

/// Who a token speaks for, while it holds.
///
/// # Errors
/// A [`Problem`].
pub fn bearer(keys: &Keys, clock: &Clock, token: &str) -> Result<Bearer, Problem> {
    let bearer: Bearer =
        jws::verified(token, &keys.public(Use::Tokens)).map_err(|fault| match fault {
            JwsFault::Form => unauthorized("bearer token: not one of this gateway"),
            JwsFault::Signature => unauthorized("bearer token: the signature does not hold"),
        })?;
    if bearer.exp <= clock.now_ms() / 1000 {
        return Err(unauthorized("bearer token: ended"));
    }
    Ok(bearer)
}

/// The key of a device or of a province's system, and what its token is for.
fn client(tx: &mut dyn Tx, id: &[u8; 16]) -> Result<Option<([u8; 32], String)>, Fault> {
    if let Some(device) = devices::find(tx, id)?.filter(|device| !device.own) {
        return Ok(Some((device.public_key, device.site)));
    }
    Ok(clients::find(tx, id)?.map(|client| (client.public_key, clients::SCOPE.to_owned())))
}

fn out_of_order(held: &Assertion, now_ms: i64) -> Option<Problem> {
    let now = now_ms / 1000;
    if held.aud != AUDIENCE {
        return Some(unauthorized("client_assertion: aud is quay-gateway"));
    }
    if held.jti.is_empty() || held.jti.len() > NONCE_BYTES_MAX {
        return Some(unauthorized("client_assertion: jti has 1 to 128 bytes"));
    }
    let began = held.iat <= now + SKEW_SECONDS;
    let runs =
        held.exp > now - SKEW_SECONDS && held.exp <= now + ASSERTION_SECONDS_MAX + SKEW_SECONDS;
    (!began || !runs).then(|| {
        problem(ProblemType::Time, 401, "Made by another clock: ask GET /v1/time and try again")
    })
}

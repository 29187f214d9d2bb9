//! The caller, from the `Authorization` header; and that the site in the path is its own.

use super::answer::No;
use crate::gateway::Gateway;
use crate::problems::{not_your_site, unauthorized};
use crate::tokens::Bearer;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

/// Who calls.
pub struct Caller(pub Bearer);

impl Caller {
    /// The caller, when the site in the path is its own.
    pub fn at(self, site: &str) -> Result<Bearer, No> {
        if self.0.site == site { Ok(self.0) } else { Err(not_your_site().into()) }
    }
}

impl<S> FromRequestParts<S> for Caller
where
    Gateway: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = No;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, No> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer "));
        let Some(token) = token else {
            return Err(unauthorized("Authorization: Bearer is missing").into());
        };
        Ok(Self(Gateway::from_ref(state).bearer(token.trim())?))
    }
}

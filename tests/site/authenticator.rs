//! The software authenticator at the site of these tests.

pub(crate) use watchbook_authenticator::{Authenticator, USER_VERIFIED, base64};
use watchbook_eventlog::fresh;

pub(crate) const ORIGIN: &str = "http://localhost:8080";
pub(crate) const RP_ID: &str = "localhost";

/// One with a passkey of its own.
pub(crate) fn authenticator() -> Authenticator {
    Authenticator::new(fresh::bytes(), fresh::bytes(), ORIGIN, RP_ID).unwrap()
}

pub(crate) fn without_user_verification(mut authenticator: Authenticator) -> Authenticator {
    authenticator.flags &= !USER_VERIFIED;
    authenticator
}

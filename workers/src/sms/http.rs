//! The client for providers that are reached over HTTP, and what their answers mean.

use super::provider::{SmsError, SmsFailure};
use reqwest_tls::redirect::Policy;
use reqwest_tls::{Client, StatusCode};
use std::time::Duration;

/// A client that waits no longer than `timeout` and goes nowhere but where it is sent: credentials and codes must not
/// follow a redirect.
///
/// # Errors
/// When TLS cannot be set up.
pub(crate) fn client(timeout: Duration) -> Result<Client, reqwest_tls::Error> {
    Client::builder()
        .redirect(Policy::none())
        .timeout(timeout)
        .user_agent(concat!("watchbook/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// What an answer without success means. What the message itself is refused for stays; credentials, limits and faults
/// can be mended while the code still works.
pub(super) fn refused(status: StatusCode, code: Option<u64>) -> SmsError {
    let failure = SmsFailure::Refused { status: status.as_u16(), code };
    let passing = matches!(
        status,
        StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_FOUND
            | StatusCode::REQUEST_TIMEOUT
            | StatusCode::CONFLICT
            | StatusCode::TOO_EARLY
            | StatusCode::TOO_MANY_REQUESTS
    );
    if status.is_client_error() && !passing {
        SmsError::Permanent(failure)
    } else {
        SmsError::Temporary(failure)
    }
}

//! `POST /v1/recovery-codes`: ten single-use codes for when the authenticator app is lost.

use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::request::{SignedIn, Written};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use utoipa::ToSchema;
use watchbook_domain::account::GenerateRecoveryCodes;
use watchbook_domain::{Account, AccountId, CredentialId};
use watchbook_eventlog::{Purpose, SecretName, fresh};

const COUNT: u8 = 10;

/// Crockford's base 32, without `i`, `l`, `o` and `u`: five bits a character.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Characters of a code: 16 times five bits are 80 (NIST SP 800-63B-4, 4.2.1.1: at least 64).
const LENGTH: usize = 16;

/// The codes. Shown once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodesAnswer {
    /// Each works once.
    #[schema(example = json!(["k7mq-3xza-9wnd-p4fh"]))]
    codes: Vec<String>,
}

/// Replaces the recovery codes by a new set.
#[utoipa::path(
    post, path = "/v1/recovery-codes", tag = "second factor", security(("session" = [])),
    responses(
        (status = 200, body = RecoveryCodesAnswer),
        (status = 403, body = ProblemBody, description = "`reauthentication-required`"),
        (status = 409, body = ProblemBody, description = "`conflict`: the account has no second factor"),
    )
)]
pub async fn generate(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<Written<Json<RecoveryCodesAnswer>>, Problem> {
    let account = signed_in.account_id;
    let credential = CredentialId(fresh::uuid());
    let now = signed_in.caller.now;
    let command = GenerateRecoveryCodes { session: signed_in.session_id, credential, count: COUNT, now };
    command.decide(&signed_in.account, &app.policy)?;

    let codes: Vec<String> = (0..COUNT).map(|_| fresh_code()).collect();
    let digests: Vec<u8> = codes.iter().flat_map(|code| digest(code)).collect();
    app.sealer.put_secret(secret_name(account, credential), &digests, now).await?;
    let metadata = signed_in.metadata(&app);
    let done = match app.decide(account, &metadata, |a| command.decide(a, &app.policy)).await {
        Ok(done) => done,
        Err(error) => {
            app.discard(account, credential, Purpose::RecoveryCodes).await;
            return Err(error.into());
        }
    };
    if let Some(old) = &signed_in.account.recovery_codes {
        app.discard(account, old.credential, Purpose::RecoveryCodes).await;
    }
    Ok(Written(
        done.position,
        Json(RecoveryCodesAnswer { codes: codes.iter().map(|code| grouped(code)).collect() }),
    ))
}

/// Which of the account's codes this is, spent or not: that is for the account to decide.
///
/// # Errors
/// When the vault is unavailable.
pub async fn check(app: &App, account: &Account, code: &str) -> Result<Option<u8>, Problem> {
    let (Some(id), Some(codes)) = (account.id, &account.recovery_codes) else { return Ok(None) };
    let Some(stored) = app.sealer.secret(secret_name(id, codes.credential)).await? else { return Ok(None) };
    if code.len() > 64 {
        return Ok(None);
    }
    let plain: String =
        code.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).collect();
    let wanted = digest(&plain);
    // All are compared, whichever matches.
    let mut found = None;
    for (index, candidate) in (0u8..).zip(stored.chunks_exact(wanted.len())) {
        if bool::from(candidate.ct_eq(&wanted)) {
            found = Some(index);
        }
    }
    Ok(found)
}

fn fresh_code() -> String {
    let bytes: [u8; LENGTH] = fresh::bytes();
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

fn grouped(code: &str) -> String {
    code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

/// A code has 80 random bits, so that a fast digest is enough (NIST SP 800-63B-4, 3.1.2.2).
fn digest(code: &str) -> [u8; 32] {
    Sha256::digest(code.as_bytes()).into()
}

fn secret_name(account: AccountId, credential: CredentialId) -> SecretName {
    SecretName { subject: account.into(), credential, purpose: Purpose::RecoveryCodes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_long_distinct_and_easy_to_type() {
        let codes: std::collections::BTreeSet<_> = (0..100).map(|_| fresh_code()).collect();
        assert_eq!(codes.len(), 100);
        assert!(codes.iter().all(|code| code.len() == LENGTH && code.bytes().all(|b| ALPHABET.contains(&b))));
        assert_eq!(grouped("abcdefghjkmnpqrs"), "abcd-efgh-jkmn-pqrs");
    }
}

//! `POST /v1/sign-in/second-factor`: a passkey, a code of an authenticator app or a text message, or a recovery code.

use crate::app::App;
use crate::ceremony::{Ceremony, PasskeyProof, Purpose};
use crate::confirmation;
use crate::problem::{self, Problem, ProblemBody};
use crate::recovery_codes;
use crate::request::{Body, Caller, Written};
use crate::sign_in::{SignInAnswer, new_session, signed_in};
use crate::sms_code;
use crate::tokens::{self, Secret};
use crate::totp;
use crate::webauthn::{RelyingParty, Shown};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use watchbook_domain::account::{
    AccountEvent, NewSession, PasswordOutcome, Proof, Rejection, ResolveSecondFactor, SecondFactor,
    StartSecondFactor,
};
use watchbook_domain::{Account, AccountId, AttemptId, DeviceId, Timestamp};
use watchbook_eventlog::{ExecuteError, Executed, fresh};

/// A proof for the attempt that `/v1/sign-in` named. Exactly one of `passkey`, `code`, `recovery_code` and
/// `sms_code`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorRequest {
    /// The attempt.
    attempt: String,
    /// A signature over the challenge of `/v1/sign-in/second-factor/options`.
    passkey: Option<PasskeyProof>,
    /// Of the authenticator app: six digits.
    code: Option<String>,
    /// One of the saved ones.
    recovery_code: Option<String>,
    /// Of the text message that `/v1/sign-in/second-factor/sms` sent: six digits.
    sms_code: Option<String>,
    /// What the last sign-in on this device gave.
    device_token: Option<String>,
    /// Whether this device is to need no second factor for as long as the site allows it. Of no effect where it does not.
    #[serde(default)]
    trust_device: bool,
}

/// The device that a sign-in comes from.
#[derive(Clone, Copy)]
pub struct AtDevice {
    /// Its id, if it has shown its token.
    pub device: Option<DeviceId>,
    /// Whether it is to be trusted.
    pub trust: bool,
}

/// A proof as it was sent.
pub enum Submitted {
    /// Of the authenticator app.
    Totp(String),
    /// One of the saved ones.
    RecoveryCode(String),
    /// Of a text message.
    Sms(String),
    /// A passkey's signature.
    Passkey(Box<(Ceremony, Shown)>),
}

impl Submitted {
    /// The one that is there; `None` when none is.
    ///
    /// # Errors
    /// `MALFORMED` when several are.
    pub fn one_of(
        code: Option<String>,
        recovery_code: Option<String>,
        sms_code: Option<String>,
        passkey: Option<Self>,
    ) -> Result<Option<Self>, Problem> {
        let codes = [code.map(Self::Totp), recovery_code.map(Self::RecoveryCode), sms_code.map(Self::Sms)];
        let mut proofs = codes.into_iter().flatten().chain(passkey);
        match (proofs.next(), proofs.next()) {
            (proof, None) => Ok(proof),
            _ => {
                Err(Problem::from(problem::MALFORMED)
                    .detail("one of passkey, code, recovery_code and sms_code"))
            }
        }
    }

    /// A passkey's signature, its challenge given out for `purpose` and not expired.
    ///
    /// # Errors
    /// `MALFORMED`, `INVALID_PASSKEY`.
    pub fn passkey(
        app: &App,
        caller: &Caller,
        account: AccountId,
        purpose: Purpose,
        proof: PasskeyProof,
    ) -> Result<Self, Problem> {
        let shown = Shown::read(proof.credential, Some(account))?;
        let ceremony = Ceremony::open(&app.keyring, purpose, &proof.ceremony, caller.now);
        let ceremony = ceremony.ok_or(problem::INVALID_PASSKEY)?;
        Ok(Self::Passkey(Box::new((ceremony, shown))))
    }

    /// The id of the guess: fresh for a code, the challenge's own for a passkey.
    fn guess(&self) -> AttemptId {
        match self {
            Self::Passkey(signed) => signed.0.id,
            Self::Totp(_) | Self::RecoveryCode(_) | Self::Sms(_) => AttemptId(fresh::uuid()),
        }
    }

    fn factor(&self) -> SecondFactor {
        match self {
            Self::Totp(_) => SecondFactor::Totp,
            Self::RecoveryCode(_) => SecondFactor::RecoveryCode,
            Self::Sms(_) => SecondFactor::Sms,
            Self::Passkey(_) => SecondFactor::Passkey,
        }
    }
}

/// What an account may use as its second factor, strongest first.
pub fn offered(account: &Account, now: Timestamp) -> Vec<SecondFactor> {
    let codes = account.recovery_codes.as_ref().is_some_and(|codes| codes.left() > 0);
    let passkey = (!account.passkeys.is_empty()).then_some(SecondFactor::Passkey);
    let totp = account.totp.map(|_| SecondFactor::Totp);
    let sms = account.sms_usable(now).then_some(SecondFactor::Sms);
    let codes = codes.then_some(SecondFactor::RecoveryCode);
    [passkey, totp, codes, sms].into_iter().flatten().collect()
}

/// Those of the offered ones that are the weaker choice: messages and numbers can be diverted (NIST SP 800-63B-4,
/// 3.2.9, restricted authenticators).
pub fn restricted(offered: &[SecondFactor]) -> Vec<SecondFactor> {
    offered.iter().copied().filter(|factor| *factor == SecondFactor::Sms).collect()
}

/// Proves the second factor of a sign-in.
#[utoipa::path(
    post, path = "/v1/sign-in/second-factor", tag = "sign-in", request_body = SecondFactorRequest,
    responses(
        (status = 200, body = SignInAnswer),
        (status = 401, body = ProblemBody, description = "`invalid-code`, `invalid-passkey`, or `attempt-over`: expired, ended by a lock, or too many wrong codes"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`: one budget for the account, whatever the attempt"),
    )
)]
pub async fn second_factor(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<SecondFactorRequest>,
) -> Result<Written<Json<SignInAnswer>>, Problem> {
    let attempt = tokens::open_attempt(&app.keyring, &request.attempt).ok_or(problem::ATTEMPT_OVER);
    let passkey = match (request.passkey, attempt) {
        (Some(proof), Ok((account, id))) => {
            let purpose = Purpose::SecondFactor(account, id);
            Some(Submitted::passkey(&app, &caller, account, purpose, proof)?)
        }
        (Some(_), Err(over)) => return Err(over.into()),
        (None, _) => None,
    };
    let submitted = Submitted::one_of(request.code, request.recovery_code, request.sms_code, passkey)?;
    let submitted = submitted.ok_or_else(|| {
        Problem::from(problem::MALFORMED).detail("passkey, code, recovery_code or sms_code is missing")
    })?;
    let attempt = attempt?;
    let device = tokens::open_device(&app.keyring, attempt.0, request.device_token.as_deref());
    let at = AtDevice { device, trust: request.trust_device };
    resolve_second_factor(&app, &caller, attempt, None, submitted, at).await
}

/// Reserves (unless `reserved`), checks and resolves the second factor of a sign-in.
///
/// # Errors
/// `INVALID_CODE`, `INVALID_PASSKEY`, `ATTEMPT_OVER`, `TOO_MANY`.
pub async fn resolve_second_factor(
    app: &App,
    caller: &Caller,
    (account, attempt): (AccountId, AttemptId),
    reserved: Option<AttemptId>,
    submitted: Submitted,
    at: AtDevice,
) -> Result<Written<Json<SignInAnswer>>, Problem> {
    let before = app.account(account).await?;
    let secret = Secret::fresh();
    let session = NewSession { trust_device: at.trust, ..new_session(caller, &secret, at.device) };
    let done = prove(app, caller, (account, attempt), reserved, submitted, session).await?;
    match PasswordOutcome::of(&done.events) {
        PasswordOutcome::SignedIn => signed_in(app, account, &secret, &before, &done),
        _ => confirmation::asked(app, account, &secret, &done),
    }
}

/// Reserves (unless `reserved`), checks and resolves a guess at the second factor of any attempt.
///
/// # Errors
/// `INVALID_CODE`, `INVALID_PASSKEY`, `ATTEMPT_OVER`, `TOO_MANY`.
pub async fn prove(
    app: &App,
    caller: &Caller,
    (account, attempt): (AccountId, AttemptId),
    reserved: Option<AttemptId>,
    submitted: Submitted,
    session: NewSession,
) -> Result<Executed<Account>, Problem> {
    let guess = reserved.unwrap_or_else(|| submitted.guess());
    if reserved.is_none() {
        let start = StartSecondFactor { attempt, guess, factor: submitted.factor(), now: caller.now };
        let metadata = app.metadata(caller, Some(account.0));
        app.decide_guess(account, &metadata, |a| start.decide(a, &app.policy)).await?;
    }
    let state = app.account(account).await?;
    let proof = check(app, &state, attempt, &submitted).await?;
    let resolve = ResolveSecondFactor { attempt, guess, proof, session, now: app.clock.now() };
    let metadata = app.metadata(caller, Some(account.0));
    let done = match app.decide(account, &metadata, |a| resolve.decide(a, &app.policy)).await {
        Ok(done) => done,
        Err(ExecuteError::Rejected(Rejection::SessionOver)) => return Err(problem::SESSION_OVER.into()),
        Err(ExecuteError::Rejected(_)) => return Err(problem::ATTEMPT_OVER.into()),
        Err(error) => return Err(error.into()),
    };
    if done.events.iter().any(|event| matches!(event, AccountEvent::SecondFactorRejected { .. })) {
        metrics::counter!("watchbook_second_factor_rejected_total").increment(1);
        return Err(match submitted {
            Submitted::Passkey(_) => problem::INVALID_PASSKEY.into(),
            Submitted::Totp(_) | Submitted::RecoveryCode(_) | Submitted::Sms(_) => {
                problem::INVALID_CODE.into()
            }
        });
    }
    Ok(done)
}

async fn check(
    app: &App,
    account: &Account,
    attempt: AttemptId,
    submitted: &Submitted,
) -> Result<Proof, Problem> {
    let found = match submitted {
        Submitted::Totp(code) => totp::check(app, account, code).await?.map(|step| Proof::Totp { step }),
        Submitted::RecoveryCode(code) => {
            recovery_codes::check(app, account, code).await?.map(|index| Proof::RecoveryCode { index })
        }
        Submitted::Sms(code) => sms_code::check(app, account, attempt, code).map(|code| Proof::Sms { code }),
        Submitted::Passkey(signed) => {
            let (ceremony, shown) = &**signed;
            let party = RelyingParty::of(&app.public_url)?;
            party.asserted(&ceremony.state, shown, account).map(Proof::Passkey)
        }
    };
    Ok(found.unwrap_or(Proof::Wrong(submitted.factor())))
}

//! `POST /v1/sign-in`: identifier and password, and a code if the client has it at hand.

use crate::app::{App, day_before, evenly, patiently, source_subject};
use crate::confirmation;
use crate::passwords;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Caller, Written};
use crate::second_factor::{AtDevice, Submitted, resolve_second_factor};
use crate::tokens::{self, Secret};
use axum::Json;
use axum::extract::State;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use watchbook_domain::account::{
    AccountEvent, Level, NewSession, PasswordOutcome, Rejection, ResolvePassword, SecondFactor,
    StartJointSignIn, StartSignIn,
};
use watchbook_domain::guess::Admission;
use watchbook_domain::source::{SourceEvent, StartUnknown};
use watchbook_domain::{Account, AccountId, AttemptId, DeviceId, Identifier, SessionId, Timestamp};
use watchbook_eventlog::{ExecuteError, Executed, Position, fresh};
use watchbook_password::Password;

/// What a person signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// E-mail address, user number or proved phone number.
    #[schema(example = "ann@example.com")]
    identifier: String,
    /// The password, whole.
    password: String,
    /// A code of the authenticator app, if at hand: it saves a step, and it is the owner's way in while
    /// strangers' guesses are being refused.
    code: Option<String>,
    /// What the last sign-in on this device gave.
    device_token: Option<String>,
}

impl SignIn {
    /// Identifier and password, as a page sends them.
    pub fn with_password(identifier: String, password: String) -> Self {
        Self { identifier, password, code: None, device_token: None }
    }
}

/// Where the sign-in stands.
#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum SignInAnswer {
    /// A session is open.
    SignedIn {
        /// The session.
        session: SessionAnswer,
    },
    /// The password was right; a second factor is due at `/v1/sign-in/second-factor`.
    SecondFactorRequired {
        /// Names the attempt; good for nothing else.
        attempt: String,
        /// What may be used, strongest first.
        #[schema(value_type = Vec<String>, example = json!(["passkey", "totp", "recovery_code", "sms"]))]
        factors: Vec<SecondFactor>,
        /// Those of them that are the weaker choice, to be named as such.
        #[schema(value_type = Vec<String>, example = json!(["sms"]))]
        restricted: Vec<SecondFactor>,
        /// The attempt ends then.
        #[schema(value_type = String, format = DateTime)]
        expires_at: Timestamp,
    },
    /// All was right, but the sign-in is unexpected: its owner was asked by mail. Ask `/v1/sign-in/confirmation` every
    /// few seconds until the attempt is over.
    ConfirmationRequired {
        /// Names the attempt; good for nothing else.
        attempt: String,
        /// What the session is asked for with, by this client alone. Shown once.
        #[serde(skip_serializing_if = "Option::is_none")]
        secret: Option<String>,
        /// The attempt ends then.
        #[schema(value_type = String, format = DateTime)]
        expires_at: Timestamp,
    },
}

/// A new session.
#[derive(Serialize, ToSchema)]
pub struct SessionAnswer {
    /// The bearer token. Shown once.
    token: String,
    /// The session.
    session_id: Uuid,
    /// The account.
    account_id: Uuid,
    /// How much was proved.
    #[schema(value_type = String, example = "aal2")]
    level: Level,
    /// It ends then unless refreshed.
    #[schema(value_type = String, format = DateTime)]
    idle_expires_at: Timestamp,
    /// It ends then in any case.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// The device.
    device: DeviceAnswer,
    /// When the account's sign-in before this one was.
    #[schema(value_type = Option<String>, format = DateTime)]
    previous_sign_in_at: Option<Timestamp>,
    /// Wrong passwords and codes since then.
    failed_attempts_since: u32,
}

/// The device of a new session.
#[derive(Serialize, ToSchema)]
pub struct DeviceAnswer {
    /// The device.
    id: Uuid,
    /// What it is called.
    name: String,
    /// Whether it was seen for the first time.
    new: bool,
    /// To be kept by the device and shown at its next sign-in.
    token: String,
}

/// Signs in.
#[utoipa::path(
    post, path = "/v1/sign-in", tag = "sign-in", request_body = SignIn,
    responses(
        (status = 200, body = SignInAnswer),
        (status = 401, body = ProblemBody, description = "`invalid-credentials`: also for unknown, unverified and locked accounts"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`"),
    )
)]
pub async fn sign_in(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<SignIn>,
) -> Result<Written<Json<SignInAnswer>>, Problem> {
    let password = passwords::read(request.password)?;
    let Ok(identifier) = Identifier::parse(&request.identifier) else {
        return Err(Problem::from(problem::MALFORMED)
            .detail("identifier: not an e-mail address, user number or phone number"));
    };
    let code = request.code.map(Submitted::Totp);
    let outcome = match app.holder(&identifier).await? {
        Some(account) => {
            let device = tokens::open_device(&app.keyring, account, request.device_token.as_deref());
            Known { app: &app, caller: &caller, account, device }.sign_in(password, code).await
        }
        None => unknown(&app, &caller, &identifier, password, code.is_some()).await,
    };
    let result = if outcome.is_ok() { "accepted" } else { "rejected" };
    metrics::counter!("watchbook_sign_in_total", "outcome" => result).increment(1);
    outcome
}

/// A sign-in whose identifier somebody holds.
struct Known<'a> {
    app: &'a App,
    caller: &'a Caller,
    account: AccountId,
    device: Option<DeviceId>,
}

impl Known<'_> {
    fn at(&self) -> AtDevice {
        AtDevice { device: self.device, trust: false }
    }

    async fn sign_in(
        &self,
        password: Password,
        code: Option<Submitted>,
    ) -> Result<Written<Json<SignInAnswer>>, Problem> {
        let app = self.app;
        let start = StartSignIn {
            attempt: AttemptId(fresh::uuid()),
            device: self.device,
            context: self.caller.context.clone(),
            now: self.caller.now,
        };
        let metadata = app.metadata(self.caller, None);
        let started = app.decide_guess(self.account, &metadata, |a| start.decide(a, &app.policy)).await;
        let started = match (started, code) {
            (Ok(started), code) => return self.check_password(started, start.attempt, password, code).await,
            (Err(error), code) => (refusal(error), code),
        };
        match started {
            // A claim whose registration never came to an end.
            (Refusal::NoAccount, _) => {
                app.verify_decoy(password).await?;
                Err(problem::INVALID_CREDENTIALS.into())
            }
            (Refusal::Throttled(retry_after), Some(code)) => {
                let outcome = evenly(self.joint(start, password, code)).await?;
                outcome.ok_or_else(|| Problem::too_many(retry_after))
            }
            (Refusal::Throttled(retry_after), None) => Err(Problem::too_many(retry_after)),
            (Refusal::Other(problem), _) => Err(problem),
        }
    }

    async fn check_password(
        &self,
        started: Executed<Account>,
        attempt: AttemptId,
        password: Password,
        code: Option<Submitted>,
    ) -> Result<Written<Json<SignInAnswer>>, Problem> {
        let app = self.app;
        let metadata = app.metadata(self.caller, None);
        let correct = app.verify_password(&started.state, password, &metadata).await?;
        let secret = Secret::fresh();
        let resolve = ResolvePassword {
            attempt,
            correct,
            session: new_session(self.caller, &secret, self.device),
            now: app.clock.now(),
        };
        let metadata = app.metadata(self.caller, Some(self.account.0));
        let resolved = match app.decide(self.account, &metadata, |a| resolve.decide(a, &app.policy)).await {
            Ok(resolved) => resolved,
            // A lock or a reset slipped in: the same answer as for a wrong password.
            Err(ExecuteError::Rejected(_)) => return Err(problem::INVALID_CREDENTIALS.into()),
            Err(error) => return Err(error.into()),
        };
        match (PasswordOutcome::of(&resolved.events), code) {
            (PasswordOutcome::Rejected, _) => Err(problem::INVALID_CREDENTIALS.into()),
            (PasswordOutcome::SignedIn, _) => {
                signed_in(app, self.account, &secret, &started.state, &resolved)
            }
            (PasswordOutcome::ConfirmationDue | PasswordOutcome::ConfirmationsSpent, _) => {
                confirmation::asked(app, self.account, &secret, &resolved)
            }
            (PasswordOutcome::SecondFactorDue, None) => {
                let expires_at =
                    resolved.state.attempts.get(&attempt).map_or(self.caller.now, |a| a.expires_at);
                let factors = crate::second_factor::offered(&resolved.state, app.clock.now());
                let answer = SignInAnswer::SecondFactorRequired {
                    attempt: tokens::attempt_token(&app.keyring, self.account, attempt),
                    restricted: crate::second_factor::restricted(&factors),
                    factors,
                    expires_at,
                };
                Ok(Written(resolved.position, Json(answer)))
            }
            (PasswordOutcome::SecondFactorDue, Some(code)) => {
                resolve_second_factor(app, self.caller, (self.account, attempt), None, code, self.at()).await
            }
        }
    }

    /// Password and code at once, while strangers' guesses at the password are refused. `None` looks like
    /// the refusal that a request without a code gets.
    async fn joint(
        &self,
        start: StartSignIn,
        password: Password,
        code: Submitted,
    ) -> Result<Option<Written<Json<SignInAnswer>>>, Problem> {
        let app = self.app;
        let account = app.account(self.account).await?;
        let metadata = app.metadata(self.caller, None);
        if !app.verify_password(&account, password, &metadata).await? {
            return Ok(None);
        }
        let attempt = start.attempt;
        let guess = AttemptId(fresh::uuid());
        let joint = StartJointSignIn { start, guess };
        match app.decide_guess(self.account, &metadata, |a| joint.decide(a, &app.policy)).await {
            Ok(_) => {}
            Err(ExecuteError::Rejected(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        match resolve_second_factor(app, self.caller, (self.account, attempt), Some(guess), code, self.at())
            .await
        {
            Ok(answer) => Ok(Some(answer)),
            Err(problem) if problem.retry_after.is_none() => Ok(None),
            Err(problem) => Err(problem),
        }
    }
}

enum Refusal {
    NoAccount,
    Throttled(TimeDelta),
    Other(Problem),
}

fn refusal(error: ExecuteError<Rejection>) -> Refusal {
    match error {
        ExecuteError::Rejected(Rejection::NotRegistered) => Refusal::NoAccount,
        ExecuteError::Rejected(Rejection::Throttled { retry_after }) => Refusal::Throttled(retry_after),
        error => Refusal::Other(error.into()),
    }
}

/// A sign-in whose identifier nobody holds: the same budget, the same work, the same answers.
async fn unknown(
    app: &App,
    caller: &Caller,
    identifier: &Identifier,
    password: Password,
    with_code: bool,
) -> Result<Written<Json<SignInAnswer>>, Problem> {
    let key = app.keyring.stream_key("identifier", &identifier.claim_key());
    let today = caller.now.day();
    let stream = app.sources.stream(format!("{key}-{today}"));
    let before = app.sources.stream(format!("{key}-{}", day_before(caller.now)));
    let subject = source_subject(&today);
    let attempt = AttemptId(fresh::uuid());
    let start = StartUnknown {
        attempt,
        yesterday: Some((*app.sources.load(&before).await?.state).clone()),
        context: caller.context.clone(),
        now: caller.now,
    };
    let metadata = app.metadata(caller, None);
    let started = patiently(
        || app.sources.execute(&stream, subject, &metadata, |s| start.decide(s, &app.policy.guesses)),
        |error| matches!(error, ExecuteError::Rejected(Admission::Wait)),
    )
    .await;
    match started {
        Ok(_) => {}
        Err(ExecuteError::Rejected(Admission::Refuse { retry_after })) => {
            if with_code {
                evenly(app.verify_decoy(password)).await?;
            }
            return Err(Problem::too_many(retry_after));
        }
        Err(ExecuteError::Rejected(_)) => return Err(Rejection::Busy.into()),
        Err(ExecuteError::Contended) => return Err(Rejection::Busy.into()),
        Err(ExecuteError::Repository(error)) => return Err(error.into()),
    }
    app.verify_decoy(password).await?;
    let metadata = app.metadata(caller, None);
    let rejected = app.sources.execute(&stream, subject, &metadata, |_| {
        Ok::<_, Rejection>(vec![SourceEvent::Rejected { attempt }])
    });
    rejected.await?;
    Err(problem::INVALID_CREDENTIALS.into())
}

/// The session that this request may open.
pub fn new_session(caller: &Caller, secret: &Secret, device: Option<DeviceId>) -> NewSession {
    NewSession {
        id: SessionId(fresh::uuid()),
        token_digest: secret.digest(),
        device,
        new_device: DeviceId(fresh::uuid()),
        context: caller.context.clone(),
        trust_device: false,
    }
}

/// The answer to a sign-in that came to its end. `before` is the account as the attempt found it.
pub fn signed_in(
    app: &App,
    account: AccountId,
    secret: &Secret,
    before: &Account,
    done: &Executed<Account>,
) -> Result<Written<Json<SignInAnswer>>, Problem> {
    let opened = done.events.iter().find_map(|event| match event {
        AccountEvent::SessionOpened { session, device, level, idle_expires_at, expires_at, .. } => {
            Some((*session, *device, *level, *idle_expires_at, *expires_at))
        }
        _ => None,
    });
    let Some((session, device, level, idle_expires_at, expires_at)) = opened else {
        return Err(problem::INTERNAL.into());
    };
    let new = done.events.iter().any(|event| matches!(event, AccountEvent::DeviceFirstSeen { .. }));
    let answer = SessionAnswer {
        token: secret.session_token(account, session),
        session_id: session.0,
        account_id: account.0,
        level,
        idle_expires_at,
        expires_at,
        device: DeviceAnswer {
            id: device.0,
            name: done.state.devices.get(&device).map(|d| d.name.clone()).unwrap_or_default(),
            new,
            token: tokens::device_token(&app.keyring, account, device),
        },
        previous_sign_in_at: before.last_sign_in.map(|(at, _)| at),
        failed_attempts_since: before.failures_since_sign_in,
    };
    Ok(Written::<Json<SignInAnswer>>(done.position, Json(SignInAnswer::SignedIn { session: answer })))
}

/// Where a write went, for handlers with nothing else to say.
pub fn no_content(position: Option<Position>) -> Written<axum::http::StatusCode> {
    Written(position, axum::http::StatusCode::NO_CONTENT)
}

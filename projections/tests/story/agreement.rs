//! Whatever people do, the views say what the account decides on.

use crate::story::{SOON, Site, account, at, context, id};
use proptest::prelude::*;
use std::collections::BTreeSet;
use watchbook_domain::account::*;
use watchbook_domain::{
    AttemptId, CredentialId, DeviceId, Email, LinkId, Policy, SessionId, Timestamp, UserNumber,
};
use watchbook_projections::Views;

/// What somebody tries, with a number to choose by, after some seconds.
type Step = (u8, u8, u16);

/// The `n`-th step's command: rejections are part of life. Two commands in a row when a guess is needed.
fn commands(account: &Account, (action, choice, _): Step, n: u64, now: Timestamp) -> Vec<Command> {
    let pick = |len: usize| usize::from(choice) % len.max(1);
    let session = account.sessions.keys().nth(pick(account.sessions.len())).copied();
    let session = session.unwrap_or(SessionId(id(1)));
    let device = account.devices.keys().nth(pick(account.devices.len() + 1)).copied();
    let passkey = || account.passkeys.keys().next().copied().unwrap_or(CredentialId(id(n)));
    let (attempt, guess, credential) = (AttemptId(id(n)), AttemptId(id(n + 1)), CredentialId(id(n)));
    let token_digest = TokenDigest([n as u8; 32]);
    let new = NewSession {
        id: SessionId(id(n)),
        token_digest,
        device,
        new_device: DeviceId(id(n)),
        context: context(n),
        trust_device: false,
    };
    let start = StartSignIn { attempt, device, context: context(n), now };
    let old_digest = account.sessions.get(&session).map_or(token_digest, |session| session.token_digest);
    let policy = Policy { devices: 4, ..Policy::default() };
    let with = move |decide: ByPolicy| -> Command {
        let policy = policy.clone();
        Box::new(move |account| decide(account, &policy))
    };
    match action {
        0..=5 if account.totp.is_some() => {
            let index = choice % 10;
            let (factor, proof) = match choice % 3 {
                0 => (SecondFactor::Totp, Proof::Totp { step: n }),
                1 => (SecondFactor::RecoveryCode, Proof::RecoveryCode { index }),
                _ => (SecondFactor::Totp, Proof::Wrong(SecondFactor::Totp)),
            };
            let resolve = ResolvePassword { attempt, correct: true, session: new.clone(), now };
            let code = StartSecondFactor { attempt, guess, factor, now };
            let prove = ResolveSecondFactor { attempt, guess, proof, session: new, now };
            vec![
                with(Box::new(move |a, p| start.decide(a, p))),
                with(Box::new(move |a, p| resolve.decide(a, p))),
                with(Box::new(move |a, p| code.decide(a, p))),
                with(Box::new(move |a, p| prove.decide(a, p))),
            ]
        }
        0..=5 => {
            let resolve = ResolvePassword { attempt, correct: choice % 4 > 0, session: new, now };
            vec![
                with(Box::new(move |a, p| start.decide(a, p))),
                with(Box::new(move |a, p| resolve.decide(a, p))),
            ]
        }
        6 => {
            let refresh =
                RefreshSession { session, old_digest, token_digest, from: context(choice.into()), now };
            vec![with(Box::new(move |a, p| refresh.decide(a, p)))]
        }
        7 => vec![Box::new(move |a| EndSession { session, reason: EndReason::SignedOut }.decide(a))],
        8 => vec![Box::new(move |a| EndOtherSessions { keep: session, now }.decide(a))],
        9 => {
            let device = device.unwrap_or(DeviceId(id(n)));
            vec![Box::new(move |a| RenameDevice { device, name: format!("Mine {n}") }.decide(a))]
        }
        10 => {
            let device = device.unwrap_or(DeviceId(id(n)));
            vec![Box::new(move |a| RemoveDevice { device, session, now }.decide(a))]
        }
        11 => vec![Box::new(move |a| Lock { note: None, now }.decide(a))],
        12 | 13 => vec![Box::new(|a| Unlock.decide(a))],
        14 => {
            let (link, link_expires_at) = (LinkId(id(n)), at(1_000_000_000));
            vec![Box::new(move |a| Disown { link, link_expires_at, now }.decide(a))]
        }
        15 => {
            let new = NewPassword { credential, length: 15 };
            let change = ChangePassword { session, new, now };
            vec![with(Box::new(move |a, p| change.decide(a, p)))]
        }
        16 | 17 => {
            let start = StartTotpEnrolment { session, credential, now };
            let confirm = ConfirmTotp { session, credential, step: n, token_digest, now };
            let codes = GenerateRecoveryCodes { session, credential, count: 10, now };
            vec![
                with(Box::new(move |a, p| start.decide(a, p))),
                with(Box::new(move |a, p| confirm.decide(a, p))),
                with(Box::new(move |a, p| codes.decide(a, p))),
            ]
        }
        18 => {
            let remove = RemoveTotp { session, now };
            vec![with(Box::new(move |a, p| remove.decide(a, p)))]
        }
        19 | 20 => {
            let enrol = EnrolPasskey {
                session,
                passkey: credential,
                credential_id: n.to_string(),
                public_key: PublicKey::Ed25519 { x: String::new() },
                counter: 0,
                backup: Backup::Possible,
                name: format!("Passkey {n}"),
                token_digest,
                now,
            };
            vec![with(Box::new(move |a, p| enrol.decide(a, p)))]
        }
        21 => {
            let remove = RemovePasskey { passkey: passkey(), session, now };
            vec![with(Box::new(move |a, p| remove.decide(a, p)))]
        }
        22..=24 => {
            let right = Assertion { passkey: passkey(), counter: 0, backup: Backup::Present };
            let assertion = (choice % 4 > 0).then_some(right);
            let (challenge, expires_at) = (guess, now + chrono::TimeDelta::seconds(600));
            let (proved, context) = (false, context(n));
            let start = StartPasskeySignIn { attempt, challenge, expires_at, device, proved, context, now };
            let resolve = ResolvePasskeySignIn { attempt, assertion, session: new, now };
            vec![
                with(Box::new(move |a, p| start.decide(a, p))),
                with(Box::new(move |a, p| resolve.decide(a, p))),
            ]
        }
        26 | 27 => {
            let (link, undo) = (LinkId(id(n)), LinkId(id(n + 1)));
            let email = Email::parse(&format!("resident-{}@example.com", choice % 4)).unwrap();
            let request = RequestEmailChange { session, link, email, taken: false, now };
            let confirm = ConfirmEmailChange { link, holds_claim: true, undo, now };
            let take_back = UndoEmailChange { link: undo, now };
            let mut commands = vec![
                with(Box::new(move |a, p| request.decide(a, p))),
                with(Box::new(move |a, p| confirm.decide(a, p))),
            ];
            if choice % 3 == 0 {
                commands.push(with(Box::new(move |a, _| take_back.decide(a))));
            }
            commands
        }
        28 => {
            let link = LinkId(id(n));
            let email = Email::parse(&format!("second-{}@example.com", choice % 3)).unwrap();
            let request = RequestRecoveryEmail { session, link, email, now };
            let confirm = ConfirmRecoveryEmail { link, now };
            let looked = ConfirmContact { session, now };
            let remove = RemoveRecoveryEmail { session, now };
            let mut commands = vec![
                with(Box::new(move |a, p| request.decide(a, p))),
                with(Box::new(move |a, p| confirm.decide(a, p))),
                with(Box::new(move |a, _| looked.decide(a))),
            ];
            if choice % 3 == 0 {
                commands.push(with(Box::new(move |a, p| remove.decide(a, p))));
            }
            commands
        }
        _ => {
            let start = StartReauthentication { attempt, session, now };
            let prove = ResolveReauthentication { attempt, correct: choice % 2 > 0, token_digest, now };
            vec![
                with(Box::new(move |a, p| start.decide(a, p))),
                with(Box::new(move |a, p| prove.decide(a, p))),
            ]
        }
    }
}

type Decision = Result<Vec<AccountEvent>, Rejection>;
type Command = Box<dyn Fn(&Account) -> Decision + Send + Sync>;
type ByPolicy = Box<dyn Fn(&Account, &Policy) -> Decision + Send + Sync>;

/// Takes the steps, and looks at the views now and then.
async fn live(site: &Site, views: &Views, steps: &[Step]) {
    let register = Register {
        account: account(1),
        email: Email::parse("resident@example.com").unwrap(),
        number: UserNumber::from_random(7),
        password: CredentialId(id(1)),
        locale: None,
        link: LinkId(id(1)),
        context: context(1),
        now: at(0),
    };
    let registered = register.decide(&Account::default(), &Policy::default()).unwrap();
    site.append(1, registered, at(0)).await;
    site.append(1, vec![AccountEvent::EmailVerified { link: LinkId(id(1)) }], at(1)).await;
    let (stream, mut s) = (site.accounts.stream(account(1)), 1);
    for (n, step) in steps.iter().enumerate() {
        s += i64::from(step.2);
        let state = site.accounts.load(&stream).await.unwrap().state;
        for command in commands(&state, *step, 10 + 2 * n as u64, at(s)) {
            let metadata = crate::story::metadata(at(s));
            let _ = site.accounts.execute(&stream, account(1).into(), &metadata, command).await;
        }
        if n % 5 == 4 || n + 1 == steps.len() {
            views.wait_for(site.head().await, SOON).await.unwrap();
            agrees(site, views, at(s)).await;
        }
    }
}

async fn agrees(site: &Site, views: &Views, now: Timestamp) {
    let folded = site.accounts.load(&site.accounts.stream(account(1))).await.unwrap().state;
    let row = views.account(account(1)).await.unwrap().unwrap();
    assert_eq!(row.email, folded.email.as_ref().unwrap().as_str());
    assert_eq!(row.user_number, folded.number.unwrap().to_string());
    assert_eq!(row.email_verified, folded.email_verified);
    let recovery = folded.contacts.recovery_email.as_ref();
    assert_eq!(row.email_proved_at, folded.contacts.email_proved_at);
    assert_eq!(row.recovery_email.as_deref(), recovery.map(|recovery| recovery.email.as_str()));
    assert_eq!(row.contact_confirmed_at, folded.contacts.confirmed_at);
    let reason = |reason| match reason {
        LockReason::Disowned => "disowned".to_owned(),
        LockReason::Operator => "operator".to_owned(),
        LockReason::Detected => "detected".to_owned(),
    };
    assert_eq!(row.locked, folded.locked.map(reason));
    assert_eq!(row.registered_at, folded.registered_at);
    assert_eq!(row.password_set_at, folded.password_set_at);
    assert_eq!(row.totp_enrolled_at, folded.totp.map(|totp| totp.enrolled_at));
    assert_eq!(row.recovery_codes_left, folded.recovery_codes.as_ref().map_or(0, |codes| codes.left()));
    assert_eq!(row.passkeys as usize, folded.passkeys.len());
    assert_eq!(row.sign_ins, folded.sign_ins);
    assert_eq!(row.last_sign_in_at, folded.last_sign_in.map(|(at, _)| at));
    assert_eq!(row.failures_since_sign_in, folded.failures_since_sign_in);

    let rows = views.devices(account(1)).await.unwrap();
    let rows: BTreeSet<_> =
        rows.into_iter().map(|row| (row.device, row.name, row.first_seen, row.last_seen)).collect();
    let devices = folded.devices.iter().map(|(id, d)| (*id, d.name.clone(), d.first_seen, d.last_seen));
    assert_eq!(rows, devices.collect());

    let rows = views.sessions(account(1), now).await.unwrap();
    let rows: BTreeSet<_> = rows
        .into_iter()
        .map(|row| (row.session, row.device, row.level, row.opened_at, row.expires_at))
        .collect();
    let level = |level| if level == Level::Aal2 { "aal2" } else { "aal1" }.to_owned();
    let live = folded.sessions.iter().filter(|(_, session)| session.live(now));
    assert_eq!(
        rows,
        live.map(|(id, s)| (*id, s.device, level(s.level), s.opened_at, s.expires_at)).collect()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn views_agree_with_the_fold(
        steps in prop::collection::vec((0_u8..30, any::<u8>(), prop_oneof![9 => 1_u16..100, 1 => 3_000_u16..9_000]), 20..120),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let site = Site::new();
            let views = site.views("views").await;
            site.projecting(&views, live(&site, &views, &steps)).await;
        });
    }
}

//! A population that goes every way in and every way back in, attackers among it, on a site whose waiting times are short
//! enough to see their end.

use crate::authenticator::ORIGIN;
use crate::world::{DEPLOYMENT, configured};
use std::collections::BTreeMap;
use std::sync::Arc;
use watchbook::simulate::{Ends, Kind, Options, run};
use watchbook_eventlog::SystemClock;

/// What must have happened to somebody.
const HAPPENED: [&str; 25] = [
    "a code by text message was used",
    "a code of an app was used",
    "a trusted device needed no second factor",
    "a hand-over was stopped by its owner",
    "a lost second factor was given up after two proofs",
    "a lost second factor: a recovery code was one of the proofs",
    "a lost second factor: the wait was kept",
    "a mail told of a new device",
    "a number was proved",
    "a passkey alone signed in",
    "a passkey was set up",
    "a passkey was used beside the password",
    "a password was voided by support, and set anew",
    "a recovery address was proved",
    "a session was ended, and a device forgotten",
    "a sign-in was disowned",
    "a spent link was refused",
    "addresses were looked after",
    "an account was handed over by support",
    "an address was taken back",
    "an unexpected sign-in was approved by mail",
    "an unexpected sign-in was denied by mail",
    "codes by text message were set up",
    "somebody signed in by user number and by phone number",
    "work that was shown twice counted once",
];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "goes by a real clock: needs the machine to itself; run with --ignored"]
async fn everybody_gets_where_they_should() {
    let (_folder, mut config, _backing) = configured(&std::env::var(DEPLOYMENT).unwrap_or_default()).await;
    config.public_url = ORIGIN.into();
    config.captcha.cost = 20;
    // People live days in a minute here.
    config.limits.per_minute = 60;
    let policy = &mut config.policy;
    policy.mail_pause_seconds = 1;
    policy.trusted_device_seconds = 86_400;
    policy.contact.change_hold_seconds = 1;
    policy.factor_recovery.wait_seconds = 20;
    policy.factor_recovery.changed_wait_seconds = 20;
    policy.recovery.cooling_off_seconds = 20;
    let server = watchbook::start(&config, Arc::new(SystemClock)).await.unwrap();
    let options = Options {
        url: server.url(),
        allow_remote: false,
        people: 44,
        rate: 20,
        seed: 1,
        rounds: 4,
        attackers: 15,
        mail: config.mail_folder(),
        sms: config.sms_folder(),
        staff: true,
        mail_pause_seconds: 1,
        mail_wait_seconds: 60,
    };
    let summary = run(options, Some(&config)).await.unwrap();
    println!("{summary}");
    assert!(!summary.failed(), "{summary}");
    let ends: BTreeMap<Kind, Ends> = summary.ends().collect();
    assert!(ends.values().all(|ends| ends.expected > 0), "{summary}");
    let missing: Vec<_> = HAPPENED.into_iter().filter(|what| summary.noted(what) == 0).collect();
    assert_eq!(missing, Vec::<&str>::new(), "{summary}");
    server.stop().await;
}

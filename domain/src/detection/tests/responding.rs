use super::response::ResponsePolicy;
use super::*;
use Severity::{High, Medium};

fn alert(detector: Detector, severity: Severity, at: i64) -> OpenAlert {
    let id = AlertId(id(detector as u128));
    OpenAlert { id, detector, severity, at: time(at), corroboration: None }
}

fn sure(corroboration: Corroboration, alert: OpenAlert) -> OpenAlert {
    OpenAlert { corroboration: Some(corroboration), ..alert }
}

/// With the takeover sequence out of the shadow.
fn acting() -> ResponsePolicy {
    ResponsePolicy { shadow: [Detector::RiskScore].into(), ..ResponsePolicy::default() }
}

#[test]
fn one_alert_never_locks_and_corroboration_does() {
    use Corroboration::{AcceptedAfterStorm, CampaignThenNewDevice, Takeover};
    use Detector as D;
    let policy = acting();
    let campaign = || sure(CampaignThenNewDevice, alert(D::SuccessAfterCampaign, High, 0));
    let table: Vec<(&str, Vec<OpenAlert>, Action, Option<LockCause>)> = vec![
        ("nothing", vec![], Action::Record, None),
        ("medium: a mail", vec![alert(D::ImpossibleTravel, Medium, 0)], Action::Mail, None),
        ("high: step up", vec![alert(D::ImpossibleTravel, High, 0)], Action::StepUp, None),
        (
            "a campaign has no owner to tell",
            vec![alert(D::PasswordSpraying, Medium, 0)],
            Action::Record,
            None,
        ),
        ("a hijacked session ends", vec![alert(D::SessionHijack, High, 0)], Action::EndSession, None),
        ("a change waits", vec![alert(D::RecoveryAbuse, High, 0)], Action::Hold, None),
        (
            "failures alone never lock",
            vec![
                alert(D::BruteForce, Medium, 0),
                alert(D::DistributedBruteForce, Medium, 0),
                alert(D::CodeGuessing, Medium, 0),
                alert(D::RecoveryAbuse, Medium, 0),
            ],
            Action::Mail,
            None,
        ),
        (
            "a known device after a campaign",
            vec![alert(D::SuccessAfterCampaign, High, 0)],
            Action::StepUp,
            None,
        ),
        ("a new one", vec![campaign()], Action::Lock, Some(LockCause::Corroborated(CampaignThenNewDevice))),
        (
            "yes after a storm",
            vec![sure(AcceptedAfterStorm, alert(D::FactorFatigue, High, 0))],
            Action::Lock,
            Some(LockCause::Corroborated(AcceptedAfterStorm)),
        ),
        (
            "takeover",
            vec![sure(Takeover, alert(D::TakeoverSequence, High, 0))],
            Action::Lock,
            Some(LockCause::Corroborated(Takeover)),
        ),
        (
            "two high of different fields",
            vec![alert(D::ImpossibleTravel, High, 0), alert(D::SessionHijack, High, 86_400)],
            Action::Lock,
            Some(LockCause::Agreement),
        ),
        (
            "two high, a day and a second apart",
            vec![alert(D::ImpossibleTravel, High, 0), alert(D::SessionHijack, High, 86_401)],
            Action::EndSession,
            None,
        ),
        (
            "two that look at the same",
            vec![alert(D::RecoveryAbuse, High, 0), alert(D::TakeoverSequence, High, 0)],
            Action::Hold,
            None,
        ),
        (
            "high and medium",
            vec![alert(D::ImpossibleTravel, High, 0), alert(D::CodeGuessing, Medium, 0)],
            Action::StepUp,
            None,
        ),
        (
            "in shadow, the score does not agree",
            vec![alert(D::RiskScore, High, 0), alert(D::SessionHijack, High, 0)],
            Action::EndSession,
            None,
        ),
    ];
    for (story, alerts, action, lock) in table {
        let response = respond(&alerts, &Circumstances::default(), &policy);
        assert_eq!((response.action, response.lock), (action, lock), "{story}");
        let backwards: Vec<_> = alerts.iter().rev().cloned().collect();
        assert_eq!(
            respond(&backwards, &Circumstances::default(), &policy),
            response,
            "{story}, in any order"
        );
    }
}

#[test]
fn policy_decides_what_follows_but_no_table_locks_on_one_alert() {
    let text = r#"{"actions":{"impossible_travel":{"high":"lock","medium":"record"}},"lock_on":[],
        "lock_on_agreeing":0,"shadow":["sim_swap"]}"#;
    let policy: ResponsePolicy = serde_json::from_str(text).unwrap();
    let respond = |alerts: &[OpenAlert]| respond(alerts, &Circumstances::default(), &policy);
    assert_eq!(respond(&[alert(Detector::ImpossibleTravel, High, 0)]).action, Action::Hold);
    assert_eq!(respond(&[alert(Detector::ImpossibleTravel, Medium, 0)]).action, Action::Record);
    let storm = sure(Corroboration::AcceptedAfterStorm, alert(Detector::FactorFatigue, High, 0));
    assert_eq!(respond(&[storm]).action, Action::EndSession);
    let shadowed = respond(&[alert(Detector::SimSwap, High, 0)]);
    assert_eq!((shadowed.action, shadowed.without_shadow), (Action::Record, Action::StepUp));
    assert!(shadowed.measures.is_empty() && shadowed.mails.is_empty());
}

#[test]
fn the_brake_holds_back_detectors_and_nobodys_word() {
    let policy = acting();
    let takeover = [sure(Corroboration::Takeover, alert(Detector::TakeoverSequence, High, 0))];
    let braked = Circumstances { braked: true, ..Circumstances::default() };
    let response = respond(&takeover, &braked, &policy);
    assert_eq!((response.action, response.lock, response.braked), (Action::StepUp, None, true));
    for (disowned, ordered, cause) in [(true, false, LockCause::Disowned), (false, true, LockCause::Ordered)]
    {
        let response = respond(&takeover, &Circumstances { disowned, ordered, ..braked.clone() }, &policy);
        assert_eq!((response.action, response.lock), (Action::Lock, Some(cause)));
    }
    let mut brake = Brake::default();
    for i in 0..20 {
        assert!(!brake.is_on(time(i), 1_000, &policy), "20 an hour on a small site");
        brake.took(time(i));
    }
    assert!(brake.is_on(time(20), 1_000, &policy));
    assert!(brake.is_on(time(3_599), 1_000, &policy));
    assert!(!brake.is_on(time(3_600), 1_000, &policy), "an hour after the first");
    assert!(!brake.is_on(time(20), 21_000, &policy), "a thousandth of a large one");
}

#[test]
fn one_mail_an_hour_for_each_cause() {
    let alerts = [alert(Detector::ImpossibleTravel, Medium, 0), alert(Detector::SimSwap, Medium, 0)];
    for (now, due) in
        [(3_599, vec![Detector::SimSwap]), (3_600, vec![Detector::ImpossibleTravel, Detector::SimSwap])]
    {
        let mailed = [(Detector::ImpossibleTravel, time(0))].into();
        let circumstances = Circumstances { now: time(now), mailed, ..Circumstances::default() };
        let response = respond(&alerts, &circumstances, &ResponsePolicy::default());
        assert_eq!(Vec::from_iter(response.mails), due);
        assert!(response.measures.contains(&Measure::NoSms));
    }
}

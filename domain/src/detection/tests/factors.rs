use super::*;
use Severity::{High, Medium};

const DENIED: Happening = Happening::FactorDenied(Factor::Push);
const TIMED_OUT: Happening = Happening::FactorTimedOut(Factor::Push);
const ACCEPTED: Happening = Happening::FactorAccepted(Factor::Push);
const WRONG_CODE: Happening = Happening::FactorRejected(Factor::Totp);

fn times(n: i64, step: i64, what: Happening) -> Vec<Observation> {
    (0..n).map(|i| seen(1, i * step, what)).collect()
}

fn then(mut story: Vec<Observation>, more: impl IntoIterator<Item = Observation>) -> Vec<Observation> {
    story.extend(more);
    story
}

#[test]
fn prompts_until_somebody_says_yes() {
    let yes = |at| [seen(1, at, ACCEPTED)];
    check(
        Detector::FactorFatigue,
        vec![
            ("five denied", times(5, 60, DENIED), Some(Medium)),
            ("five not answered, in exactly ten minutes", times(5, 150, TIMED_OUT), Some(Medium)),
            ("four", times(4, 60, DENIED), None),
            ("five, too slow", times(5, 151, DENIED), None),
            ("yes after three", then(times(3, 60, DENIED), yes(180)), Some(High)),
            ("yes after two", then(times(2, 60, DENIED), yes(180)), None),
            ("yes long after", then(times(3, 1, DENIED), yes(603)), None),
            ("another account's yes", then(times(3, 1, DENIED), [seen(2, 5, ACCEPTED)]), None),
        ],
    );
}

#[test]
fn guessing_at_codes() {
    let one = |n| times(n, 5, WRONG_CODE).into_iter().map(|o| o.of_attempt(1)).collect::<Vec<_>>();
    let many = |n, step| {
        let each = times(n, step, WRONG_CODE).into_iter().enumerate();
        each.map(|(i, o)| o.of_attempt(i as u128 / 4)).collect::<Vec<_>>()
    };
    check(
        Detector::CodeGuessing,
        vec![
            ("five in one challenge", one(5), Some(Medium)),
            ("four in one challenge", one(4), None),
            ("twenty in an hour, four at a time", many(20, 189), Some(Medium)),
            ("nineteen", many(19, 189), None),
            ("too slow", many(20, 190), None),
        ],
    );
}

#[test]
fn recovery_as_the_way_in() {
    let asked = |n, step| times(n, step, Happening::RecoveryRequested);
    let sequence = |gap: i64, device: Device, what: Happening| {
        let mut story = history(1, 3);
        story.push(seen(1, 0, Happening::PasswordReset));
        story.push(seen(1, 30, SIGNED_IN).on(device).by(FIREFOX));
        story.push(seen(1, gap, what));
        story
    };
    let factor = Happening::FactorAdded(Factor::Totp);
    check(
        Detector::RecoveryAbuse,
        vec![
            ("five requests in exactly an hour", asked(5, 900), Some(Medium)),
            ("four", asked(4, 1), None),
            ("too slow", asked(5, 901), None),
            ("reset, new device, new factor", sequence(3_600, new(), factor), Some(High)),
            ("reset, new device, new address", sequence(60, new(), Happening::EmailChanged), Some(High)),
            ("later", sequence(3_601, new(), factor), None),
            ("on the owner's own device", sequence(60, known(), factor), None),
            ("a new password alone", sequence(60, new(), Happening::PasswordChanged), None),
        ],
    );
}

#[test]
fn the_steps_of_a_takeover() {
    let steps = |n: i64, gap: i64, device: Device, what: Happening| {
        then(history(1, n), [seen(1, 0, SIGNED_IN).on(device).by(FIREFOX), seen(1, gap, what)])
    };
    let reset_first = then(
        history(1, 3),
        [seen(1, 0, Happening::PasswordReset), seen(1, 30, SIGNED_IN).on(new()).by(FIREFOX)],
    );
    check(
        Detector::TakeoverSequence,
        vec![
            ("new device, new address", steps(3, 3_600, new(), Happening::EmailChanged), Some(High)),
            ("new device, reset", steps(3, 60, new(), Happening::PasswordReset), Some(High)),
            ("later", steps(3, 3_601, new(), Happening::EmailChanged), None),
            ("on the owner's own device", steps(3, 60, known(), Happening::EmailChanged), None),
            ("a new customer sets things up", steps(0, 60, new(), Happening::EmailChanged), None),
            ("the forgetful: reset, then a new device", reset_first, None),
        ],
    );
}

#[test]
fn a_phone_number_in_other_hands() {
    let sms = |at: i64, factor, device| {
        let what = Happening::SignedIn { factor };
        let changed = seen(1, 0, Happening::PhoneChanged);
        then(then(history(1, 3), [changed]), [seen(1, at, what).on(device).by(FIREFOX)])
    };
    let three_days = 72 * 3_600;
    let unchanged =
        then(history(1, 3), [seen(1, 0, Happening::SignedIn { factor: Some(Factor::Sms) }).on(new())]);
    check(
        Detector::SimSwap,
        vec![
            ("changed", vec![seen(1, 0, Happening::PhoneChanged)], Some(Medium)),
            ("and a new device in by SMS", sms(three_days, Some(Factor::Sms), new()), Some(High)),
            ("later", sms(three_days + 1, Some(Factor::Sms), new()), Some(Medium)),
            ("in by app", sms(60, Some(Factor::Totp), new()), Some(Medium)),
            ("on the owner's own device", sms(60, Some(Factor::Sms), known()), Some(Medium)),
            ("never changed", unchanged, None),
        ],
    );
}

#[test]
fn a_session_that_goes_on_elsewhere() {
    let used = |at: i64| seen(1, at, Happening::SessionUsed).in_session(5);
    let after = |o: Observation| vec![seen(1, 0, SIGNED_IN).in_session(5).on(known()), o];
    let away = |at: i64| used(at).from("203.0.113.1", "IT", 3269);
    check(
        Detector::SessionHijack,
        vec![
            ("network and browser", after(away(9).by(FIREFOX)), Some(High)),
            ("network and system", after(away(9).by(("Chrome 140.0.1", "Linux"))), Some(High)),
            ("network alone: on the move", after(away(9)), None),
            ("browser alone", after(used(9).by(FIREFOX)), None),
            ("an upgrade on the move", after(away(9).by(("Chrome 141.0", "Windows 11"))), None),
            ("a downgrade on the move", after(away(9).by(("Chrome 120.0", "Windows 11"))), Some(High)),
            ("the client says nothing", after(away(9).by(("", ""))), None),
            ("another session", after(away(9).by(FIREFOX).in_session(6)), None),
        ],
    );
    // The thief's client never becomes the session's own.
    let mut story = after(away(9).by(FIREFOX));
    story.push(away(5_000).by(FIREFOX));
    let found = alerts(&story);
    assert_eq!(found, [(Detector::SessionHijack, High); 2]);
}

//! Proof of work, as a browser does it (ALTCHA).

use altcha::{Challenge, Payload, SolveChallengeOptions};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// What goes into the header; `None` when it is no challenge, or has no solution. Takes a moment of a processor.
pub fn solve(challenge: Value) -> Option<String> {
    let challenge: Challenge = serde_json::from_value(challenge).ok()?;
    let solution = altcha::solve_challenge(SolveChallengeOptions::new(&challenge)).ok().flatten()?;
    let payload = serde_json::to_vec(&Payload { challenge, solution }).ok()?;
    Some(STANDARD.encode(payload))
}

#[cfg(test)]
mod tests {
    use super::*;
    use altcha::{CreateChallengeOptions, VerifySolutionOptions};

    #[test]
    fn a_challenge_is_solved_and_nothing_else_is() {
        let secret = || Some("secret".to_owned());
        let options = CreateChallengeOptions {
            cost: 10,
            hmac_signature_secret: secret(),
            ..CreateChallengeOptions::default()
        };
        let challenge = serde_json::to_value(altcha::create_challenge(options).unwrap()).unwrap();
        let solved = STANDARD.decode(solve(challenge).unwrap()).unwrap();
        let payload: Payload = serde_json::from_slice(&solved).unwrap();
        let verified = VerifySolutionOptions::new(&payload.challenge, &payload.solution, "secret");
        assert!(altcha::verify_solution(verified).unwrap().verified);
        assert!(solve(Value::Null).is_none());
    }
}

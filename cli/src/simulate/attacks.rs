//! What attackers do, and what must come of it: nothing.

use super::client::{Call, Stop};
use super::life::{Life, World};
use super::people::{hostile, leaked_password, stranger};
use super::rng::Rng;
use serde_json::{Value, json};

/// Guesses of one attack at most. The default budget is five.
const GUESSES: usize = 24;

/// Requests of one machine at most until something must happen. The default bucket holds sixty.
const CROWD: usize = 120;

/// Pairs of leaked addresses and passwords, each from another machine. Nobody has an account there.
///
/// # Errors
/// When one gets another answer than a wrong password.
pub async fn stuffing(world: &World, rng: &mut Rng) -> Result<(), Stop> {
    for _ in 0..3 + rng.below(6) {
        let body = json!({ "identifier": stranger(rng), "password": leaked_password(rng) });
        let reply = world.client.send(&hostile(rng), Call::post("/v1/sign-in", body)).await?;
        reply.wanting_problem(401, "invalid-credentials")?;
        world.tally.note("attackers were refused with 401");
    }
    Ok(())
}

/// Guesses at one address until the guesses are refused unread.
///
/// # Errors
/// When a guess gets in, or the guesses are never refused.
pub async fn guess_password(world: &World, email: &str, rng: &mut Rng) -> Result<(), Stop> {
    let mut refused = 0;
    for _ in 0..GUESSES {
        let body = json!({ "identifier": email, "password": leaked_password(rng) });
        let reply = world.client.send(&hostile(rng), Call::post("/v1/sign-in", body)).await?;
        refused += usize::from(is_refused(world, &reply, &["invalid-credentials"])?);
        if refused == 3 {
            return Ok(());
        }
    }
    Err(Stop::Unexpected(format!("{GUESSES} guesses at a password were never held off")))
}

/// A crowd of tries from one machine: each costs work after a while, work counts once, and in the end nothing helps.
///
/// # Errors
/// When a try gets in, work is asked of nobody or counts twice, or there is no end.
pub async fn crowd(world: &World, rng: &mut Rng) -> Result<(), Stop> {
    let machine = hostile(rng);
    let call = |rng: &mut Rng| {
        let body = json!({ "identifier": stranger(rng), "password": leaked_password(rng) });
        Call::post("/v1/sign-in", body)
    };
    let asked = async {
        for _ in 0..CROWD {
            let reply = world.client.send_idle(&machine, &call(rng)).await?;
            match (reply.status, reply.problem.as_str()) {
                (401, "invalid-credentials") => {}
                (403, "captcha-required") => return Ok(()),
                _ => return Err(reply.unexpected("a refusal, or a CAPTCHA")),
            }
        }
        Err(Stop::Aside("this server lets one address ask a lot without work"))
    };
    asked.await?;
    world.tally.note("somebody who asked a lot had to work for it");
    let solution = world.client.solve(&machine).await?;
    let mut shown = 0;
    loop {
        let call = Call { captcha: Some(solution.clone()), ..call(rng) };
        let reply = world.client.send_idle(&machine, &call).await?;
        match (reply.status, reply.problem.as_str()) {
            (403, "captcha-invalid") if shown > 0 => break,
            // Whoever takes long over the work is asked for none until some more requests were made.
            (401, "invalid-credentials") if shown < CROWD => shown += 1,
            _ => return Err(reply.unexpected("a refusal, then 403 captcha-invalid")),
        }
    }
    world.tally.note("work that was shown twice counted once");
    for _ in 0..CROWD {
        let reply = world.client.send_idle(&machine, &call(rng)).await?;
        match (reply.status, reply.problem.as_str()) {
            (403, "captcha-required") | (401, "invalid-credentials") => {}
            _ => return is_refused(world, &reply, &[]).map(drop),
        }
    }
    Err(Stop::Unexpected(format!("{CROWD} requests without work were never held off")))
}

/// Whether a guess was refused unread.
fn is_refused(world: &World, reply: &super::client::Reply, wrong: &[&str]) -> Result<bool, Stop> {
    match (reply.status, reply.problem.as_str()) {
        (401, problem) if wrong.contains(&problem) => {
            world.tally.note("attackers were refused with 401");
            Ok(false)
        }
        (429, "too-many-attempts") if reply.retry_after.is_some() => {
            world.tally.note("attackers were held off with 429");
            Ok(true)
        }
        _ => Err(reply.unexpected("a refusal")),
    }
}

impl Life {
    /// Knows the password, guesses codes.
    ///
    /// # Errors
    /// When a guess gets in, or there is no end to guessing.
    pub async fn suffer_code_guesses(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        if self.app.is_none() && !self.sms {
            return Err(Stop::Aside("there was no app to guess codes of"));
        }
        let world = self.world.clone();
        let machine = hostile(rng);
        let body = json!({ "identifier": self.person.email, "password": self.password() });
        let reply = world.client.send(&machine, Call::post("/v1/sign-in", body)).await?;
        if reply.status == 429 {
            return is_refused(&world, &reply, &[]).map(drop);
        }
        let attempt = reply.wanting(200)?.text("/attempt")?;
        let name = if self.app.is_some() { "code" } else { "sms_code" };
        let sent = if self.app.is_some() { None } else { Some(self.code_for(&attempt, &machine).await?) };
        for _ in 0..GUESSES {
            let code = format!("{:06}", rng.below(1_000_000));
            let step = super::now_seconds() / 30;
            // One in a million is right; that is not what this is about.
            let right = |app: &super::life::App| {
                let mut steps = step.saturating_sub(2)..=step + 2;
                steps.any(|step| app.totp.generate(step * 30).to_string() == code)
            };
            if self.app.as_ref().is_some_and(right) || sent.as_ref() == Some(&code) {
                continue;
            }
            let body = json!({ "attempt": attempt, name: code });
            let reply = world.client.send(&machine, Call::post("/v1/sign-in/second-factor", body)).await?;
            let over = reply.problem == "attempt-over";
            if is_refused(&world, &reply, &["invalid-code", "attempt-over"])? || over {
                return Ok(());
            }
        }
        Err(Stop::Unexpected(format!("{GUESSES} guesses at a code were never held off")))
    }

    /// Somebody has found the links of old mails.
    ///
    /// # Errors
    /// When one of them works again.
    pub async fn suffer_spent_links(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        if self.spent.is_empty() {
            return Err(Stop::Aside("there was no spent link"));
        }
        for (path, body) in &self.spent {
            let mut body = body.clone();
            if let Some(password) = body.get_mut("new_password") {
                *password = Value::from(format!("{} for sure", leaked_password(rng)));
            }
            let reply = self.world.client.send(&hostile(rng), Call::post(path, body)).await?;
            reply.wanting_problem(410, "link-invalid")?;
            self.world.tally.note("a spent link was refused");
        }
        Ok(())
    }
}

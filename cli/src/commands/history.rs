//! `watchbook history`: the timeline of an account in the terminal, or its state at one moment.

use super::account::{self, State};
use super::{Failure, print};
use crate::config::Config;
use crate::stores::Stores;
use clap::Args;
use std::process::ExitCode;
use watchbook_domain::observed::Observed;
use watchbook_domain::{Account, Aggregate, Event};
use watchbook_eventlog::{Moment, Observations, RecordedEvent, Repository, Version};

/// Events read at once.
const PAGE: usize = 500;

#[derive(Args)]
pub(super) struct Options {
    /// Account id, e-mail address or user number; with --system, its name for one of its users.
    account: String,
    /// Shows what this other system has reported about one of its users.
    #[arg(long, value_name = "NAME", conflicts_with = "at")]
    system: Option<String>,
    /// Instead of the timeline, the account's state as of this moment: a position, or a time as RFC 3339 has it.
    #[arg(long, value_name = "MOMENT")]
    at: Option<Moment>,
    /// One JSON object a line, instead of words.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, options: &Options) -> Result<ExitCode, Failure> {
    let stores = Stores::open(config, false).await?;
    let core = stores.core();
    if let Some(system) = &options.system {
        let users = Repository::<Observed>::new(core, 1);
        let user = Observations::new(users.clone(), stores.keyring.clone()).user(system, &options.account);
        timeline(&users, &user.to_string(), "user", options).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let account = account::find(&stores, &core, &options.account).await?;
    let accounts = Repository::<Account>::new(core, 1);
    if let Some(moment) = options.at {
        let state = State::at(&accounts, account, moment).await?;
        print(&if options.json { state.json()? } else { state.words() });
        return Ok(ExitCode::SUCCESS);
    }
    timeline(&accounts, &account.to_string(), "account", options).await?;
    Ok(ExitCode::SUCCESS)
}

/// Prints what happened on one stream.
async fn timeline<A: Aggregate>(
    repository: &Repository<A>,
    id: &str,
    what: &str,
    options: &Options,
) -> Result<(), Failure> {
    let stream = repository.stream(id);
    let (mut after, mut count) = (Version::NONE, 0);
    loop {
        let page = repository.history(&stream, after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = last.version;
        for (recorded, event) in &page {
            let line =
                if options.json { json(recorded, event.as_ref())? } else { words(recorded, event.as_ref()) };
            print(&line);
            count += 1;
        }
    }
    if count == 0 {
        return Err(format!("there is no such {what}").into());
    }
    if !options.json {
        print(&format!("{count} events of {what} {id}"));
    }
    Ok(())
}

fn words<E: Event>(recorded: &RecordedEvent, event: Option<&E>) -> String {
    let detail = event.map_or_else(|| "(erased)".to_owned(), detail);
    let at = recorded.event.recorded_at.datetime().format("%Y-%m-%d %H:%M:%S%.3f");
    format!("{at}  {:<38} {detail}", recorded.event.event_type).trim_end().to_owned()
}

/// What distinguishes this event from others of its type: its fields, but for those that name themselves.
fn detail<E: Event>(event: &E) -> String {
    let value = serde_json::to_value(event).unwrap_or_default();
    let Some(data) = value.get("data").and_then(|data| data.as_object()) else { return String::new() };
    let mut parts = Vec::new();
    if let Some(context) = data.get("context") {
        for key in ["address", "device", "place"] {
            parts.extend(context.get(key).and_then(|v| v.as_str()).map(str::to_owned));
        }
    }
    for (key, value) in data {
        match value {
            serde_json::Value::String(text) if uuid::Uuid::parse_str(text).is_ok() => {
                parts.push(format!("{key} {}", &text[..8]));
            }
            serde_json::Value::String(text) if key != "token_digest" => parts.push(format!("{key} {text}")),
            serde_json::Value::Object(risk) if key == "risk" => parts.push(in_words(risk)),
            serde_json::Value::Bool(_) | serde_json::Value::Number(_) => parts.push(format!("{key} {value}")),
            _ => {}
        }
    }
    parts.join(", ")
}

/// `risk risky (new_device, travel 1240 km)`.
fn in_words(risk: &serde_json::Map<String, serde_json::Value>) -> String {
    let level = risk.get("level").and_then(|level| level.as_str()).unwrap_or_default();
    let reasons = risk.get("reasons").and_then(|reasons| reasons.as_array());
    let reason = |reason: &serde_json::Value| match reason {
        serde_json::Value::Object(named) => {
            let numbers = named.iter().map(|(name, numbers)| {
                let numbers = numbers.as_object().into_iter().flatten();
                let numbers = numbers.map(|(unit, number)| format!(" {number} {unit}")).collect::<String>();
                format!("{name}{numbers}")
            });
            numbers.collect::<String>()
        }
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    match reasons.map(|reasons| reasons.iter().map(reason).collect::<Vec<_>>()) {
        Some(reasons) if !reasons.is_empty() => format!("risk {level} ({})", reasons.join(", ")),
        _ => format!("risk {level}"),
    }
}

fn json<E: Event>(recorded: &RecordedEvent, event: Option<&E>) -> Result<String, Failure> {
    let payload = serde_json::to_value(event)?;
    let line = serde_json::json!({
        "position": recorded.position.0,
        "version": recorded.version.0,
        "at": recorded.event.recorded_at,
        "type": recorded.event.event_type,
        "actor": recorded.event.actor,
        "correlation_id": recorded.event.correlation_id,
        "data": payload.get("data"),
    });
    Ok(line.to_string())
}

//! `watchbook config check`.

use super::{Failure, print};
use crate::config::Config;
use crate::stores::Places;
use std::path::Path;
use std::process::ExitCode;

pub(super) fn check(config: &Config, file: Option<&Path>) -> Result<ExitCode, Failure> {
    let places = Places::of(config)?;
    let from = file.map_or_else(|| "no file, all defaults".into(), |file| file.display().to_string());
    print(&format!("configuration  {from}"));
    print(&format!("listen         {}", config.listen));
    print(&format!("public_url     {}", config.public_url));
    print(&format!("log            {}", places.log));
    print(&format!("vault          {}", places.vault));
    print(&format!("views          {}", places.views));
    print(&format!("key_file       {}", config.key_file().display()));
    let mail = match &config.mail.smtp {
        Some(smtp) => format!("{}:{} ({:?})", smtp.host, smtp.port(), smtp.security),
        None => format!("files in {}", config.mail_folder().display()),
    };
    print(&format!("mail           {mail}"));
    let sms = config.sms.provider(&config.sms_folder())?.describe();
    print(&format!("sms            {sms}, to {}", config.sms.countries));
    let proxies: Vec<_> = config.trusted_proxies.iter().map(ToString::to_string).collect();
    print(&format!("trusted        {}", proxies.join(", ")));
    if config.public_url.starts_with("http://") && !config.public_url.contains("127.0.0.1") {
        print("warning: public_url is not https: links and passwords cross the network in the clear");
    }
    print("ok");
    Ok(ExitCode::SUCCESS)
}

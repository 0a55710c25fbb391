//! Lists of networks of one kind: an address, a network (`192.0.2.0/24`) or an autonomous system (`AS64500`) a line; what
//! follows `#` is a remark.

use ipnet::IpNet;
use std::collections::BTreeSet;
use std::net::IpAddr;
use watchbook_domain::Signals;

/// What a list is of, by the name of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Hosting,
    Tor,
    Vpn,
    Relay,
}

impl Kind {
    pub(crate) const ALL: [(&str, Self); 4] = [
        ("hosting.txt", Self::Hosting),
        ("tor.txt", Self::Tor),
        ("vpn.txt", Self::Vpn),
        ("relay.txt", Self::Relay),
    ];
}

/// A list.
pub(crate) struct Networks {
    kind: Kind,
    networks: BTreeSet<IpNet>,
    systems: BTreeSet<u32>,
}

impl Networks {
    /// # Errors
    /// The number of the first line, from 1, that says none of the three.
    pub(crate) fn parse(kind: Kind, text: &str) -> Result<Self, usize> {
        let mut list = Self { kind, networks: BTreeSet::new(), systems: BTreeSet::new() };
        for (number, line) in text.lines().enumerate() {
            let entry = line.split('#').next().unwrap_or_default().trim();
            if entry.is_empty() {
                continue;
            }
            if let Some(asn) = entry.strip_prefix("AS").and_then(|asn| asn.parse().ok()) {
                list.systems.insert(asn);
                continue;
            }
            let network = entry.parse::<IpNet>().or_else(|_| entry.parse::<IpAddr>().map(IpNet::from));
            list.networks.insert(network.map_err(|_| number + 1)?.trunc());
        }
        Ok(list)
    }

    pub(crate) fn describe(&self) -> String {
        format!("{} networks and {} systems", self.networks.len(), self.systems.len())
    }

    fn contains(&self, address: IpAddr, asn: Option<u32>) -> bool {
        let longest = if address.is_ipv4() { 32 } else { 128 };
        asn.is_some_and(|asn| self.systems.contains(&asn))
            || (0..=longest).any(|length| {
                IpNet::new(address, length).is_ok_and(|network| self.networks.contains(&network.trunc()))
            })
    }

    /// Marks an address that is in the list. To be asked after the databases, which know the system.
    pub(crate) fn look_up(&self, address: IpAddr, signals: &mut Signals) {
        if self.contains(address, signals.asn) {
            match self.kind {
                Kind::Hosting => signals.hosting = true,
                Kind::Tor => signals.tor = true,
                Kind::Vpn => signals.vpn = true,
                Kind::Relay => signals.relay = true,
            }
        }
    }
}

//! Entry conditions: the same options for the screen and every command.

use clap::Args;

/// Conditions, all of which must match.
#[derive(Clone, Debug, Default, Args)]
pub struct FilterArgs {
    /// Only this recipient domain and subdomains (repeatable)
    #[arg(long, value_name = "DOMAIN")]
    pub domain: Vec<String>,
    /// Only entries matching EXPR, such as 'from:<> code:4xx'; see mtatop help filter
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Only entries from TIME on: 15m, 2h, 10:52, 2007-02-16 or 2007-02-16T10:52
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only entries before TIME
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

impl FilterArgs {
    /// Options given, as filter field and value.
    pub fn given(&self) -> Vec<(&'static str, &'static str, String)> {
        let domains = (!self.domain.is_empty()).then(|| self.domain.join("|"));
        let given = [
            ("--domain", "domain:", domains),
            ("--since", "since:", self.since.clone()),
            ("--until", "until:", self.until.clone()),
            ("--filter", "", self.filter.clone()),
        ];
        given
            .into_iter()
            .filter_map(|(option, field, value)| Some((option, field, value?)))
            .collect()
    }
}

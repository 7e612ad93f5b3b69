"""E-mail by SMTP and IMAP with bounces, and fax by way of a provider that turns mails into faxes."""

# English. Every other language has the same messages, parts and variables; a test compares them.
#
# $site is the name of the site. Parts of a mail: subject, heading, told (paragraphs, a blank line between them),
# advice-heading and advice, link (what the mailed link does), terms (how long it works), page (a page of the site,
# where there is no link).

## Moments and what all mails have in common

moment = { $day } { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $year }, { $time } UTC

mail =
    .details = Details
    .when = When
    .device = Device
    .device-name = { $browser } on { $system }
    .place = Place
    .place-estimated = { $place } (estimated)
    .address = Network address
    .unknown = unknown
    .closing =
        You get this e-mail because this address was given to { $site }. It was sent automatically.

        { $site } never asks for your password or a code by e-mail or telephone.

# What to do about something that its owner may not have done. With and without a link in the mail.
disown =
    .heading = Was this not you?
    .sign-in =
        If this sign-in was yours, you need not do anything. If not, tell us with the link below: we lock the
        account and end all its sessions at once, and you set a new password.
    .sign-in-alone = If this sign-in was yours, you need not do anything. If not, set a new password at once.
    .change =
        If this change was yours, you need not do anything. If not, tell us with the link below: we lock the
        account and end all its sessions at once, and you set a new password.
    .change-alone = If this change was yours, you need not do anything. If not, set a new password at once.
    .link = This was not me: lock my account
    .terms =
        The link works until { $until } and only once. You are asked to confirm before anything happens.
    .terms-open =
        The link works for a limited time and only once. You are asked to confirm before anything happens.
    .page = Set a new password

## Mails

verify-email =
    .subject = Confirm your e-mail address for { $site }
    .heading = Confirm your e-mail address
    .told =
        This address was given for an account at { $site }. Please confirm that it is yours.

        If it was not you, do nothing: without your confirmation the address is not used.
    .link = Confirm this e-mail address
    .terms =
        The link works for { $hours ->
            [one] { $hours } hour
           *[other] { $hours } hours
        } and only once.
    .page = Go to { $site } to ask for a link

already-registered =
    .subject = You already have an account at { $site }
    .heading = You already have an account
    .told =
        Somebody tried to register at { $site } with this address. It already has an account there, so nothing was
        changed.

        If it was you, sign in as usual. If you do not know your password any more, set a new one.

        If it was not you, you need not do anything. Whoever it was has not been told that you have an account.
    .page = Set a new password

reset-password =
    .subject = Set a new password for { $site }
    .heading = Set a new password
    .told = Somebody asked to set a new password for your { $site } account.
    .advice-heading = Was this not you?
    .advice =
        If you did not ask for this, do nothing: your password stays as it is. Do not pass the link on to anybody.
    .link = Set a new password
    .terms =
        The link works for { $minutes ->
            [one] { $minutes } minute
           *[other] { $minutes } minutes
        } and only once.
    .page = Ask for a link to set a new password

new-device =
    .subject = New sign-in to your { $site } account
    .heading = New sign-in to your account
    .told = Somebody signed in to your { $site } account from a device that has not been used before.

password-changed =
    .subject = Your { $site } password was changed
    .heading = Your password was changed
    .told =
        The password of your { $site } account was changed { $by ->
            [link] over a link in an e-mail to this address
           *[session] by somebody who was signed in
        }.

totp-enrolled =
    .subject = An authenticator app was set up ({ $site })
    .heading = An authenticator app was set up
    .told = An authenticator app was set up as the second step of signing in to your { $site } account.

totp-removed =
    .subject = The authenticator app was removed ({ $site })
    .heading = The authenticator app was removed
    .told =
        The authenticator app was removed from your { $site } account. Signing in no longer asks for its codes.

recovery-codes-generated =
    .subject = New recovery codes were made ({ $site })
    .heading = New recovery codes were made
    .told = New recovery codes were made for your { $site } account. Any earlier codes no longer work.

recovery-code-used =
    .subject = A recovery code was used ({ $site })
    .heading = A recovery code was used
    .told =
        A recovery code was used to sign in to your { $site } account. { $left ->
            [0] No codes are left: make new ones.
            [one] You have { $left } code left.
           *[other] You have { $left } codes left.
        }

sms-enrolled =
    .subject = Codes by text message were set up ({ $site })
    .heading = Codes by text message were set up
    .told = Codes by text message were set up as the second step of signing in to your { $site } account.

sms-removed =
    .subject = Codes by text message were removed ({ $site })
    .heading = Codes by text message were removed
    .told = Codes by text message are no longer the second step of signing in to your { $site } account.

passkey-enrolled =
    .subject = A passkey was added ({ $site })
    .heading = A passkey was added
    .told = A passkey was added to your { $site } account. It signs in without your password.

passkey-removed =
    .subject = A passkey was removed ({ $site })
    .heading = A passkey was removed
    .told = A passkey was removed from your { $site } account. It no longer signs in there.

passkey-copy-suspected =
    .subject = A passkey was refused ({ $site })
    .heading = A passkey was refused
    .told =
        Somebody tried to sign in to your { $site } account with a passkey of yours, or a copy of it: the passkey did
        not count on from its last use, so it was refused. If this happens while you sign in yourself, remove that
        passkey and add it anew.

phone-set =
    .subject = A phone number was set ({ $site })
    .heading = A phone number was set
    .told =
        The phone number { $number } was confirmed for your { $site } account. It replaces any earlier number, and can
        be used to sign in.

phone-removed =
    .subject = The phone number was removed ({ $site })
    .heading = The phone number was removed
    .told =
        The phone number { $number } was removed from your { $site } account. It can no longer be used to sign in.

account-locked-by-owner =
    .subject = Your { $site } account is locked
    .heading = Your account is locked
    .told =
        Your { $site } account was locked because a link in one of our e-mails was used to say that something was not
        done by you.

        All its sessions were ended. Nobody can sign in until it is opened again.
    .advice-heading = What to do now
    .advice =
        To open the account again, set a new password. If it was not you who used the link, do the same, and look after
        your mailbox: somebody else can read it.
    .page = Set a new password

account-locked-by-staff =
    .subject = Your { $site } account is locked
    .heading = Your account is locked
    .told =
        Your { $site } account was locked by our staff.

        All its sessions were ended. Nobody can sign in until it is opened again.
    .advice-heading = What to do now
    .advice = To have it opened again, turn to our support. A new password does not lift this lock.

account-unlocked =
    .subject = Your { $site } account is unlocked
    .heading = Your account is unlocked
    .told = Your { $site } account was unlocked. You can sign in again.

code-by-sms =
    .subject = A code for your { $site } account
    .heading = A code was asked for
    .told = A code by text message was asked for at { $site }.

## Text messages: in letters of the GSM alphabet, short enough for one message

sms =
    .sign-in = { $code } is your { $site } code to sign in. Give it to nobody, whoever asks.
    .reauthentication = { $code } is your { $site } code to confirm that it is you. Give it to nobody, whoever asks.
    .number = { $code } is your { $site } code to confirm this number. Give it to nobody, whoever asks.
    .enrolment = { $code } is your { $site } code to set up codes by text message. Give it to nobody, whoever asks.

## Pages

page-verify =
    .title = Confirm your e-mail address
    .text = Press the button to confirm that this address is yours.
    .button = Confirm address

page-verified =
    .title = Address confirmed
    .text = Your address is confirmed. You can sign in now.

page-reset =
    .title = Set a new password
    .text =
        Every session of your account ends when the new password is set. A second factor stays as it is.
    .new-password =
        New password (at least { $least ->
            [one] { $least } character
           *[other] { $least } characters
        })
    .button = Set password

page-reset-done =
    .title = Password set
    .text = Your new password is set and every session has ended. Sign in with it now.

page-not-me =
    .title = This was not me
    .text =
        Press the button if what the mail told you of was not you. Your account is locked at once, every session
        ends, and nobody can sign in.

        To open it again, you set a new password over a link that we mail to you.
    .button = Lock my account

page-locked =
    .title = Account locked
    .text = Your account is locked and every session has ended. We have mailed you the way back.

page-forgot =
    .title = Forgot your password?
    .text = We mail you a link to set a new one.
    .identifier = E-mail address or user number
    .malformed = That is no e-mail address or user number.
    .button = Send link

page-forgot-done =
    .title = Look into your mail
    .text = If there is such an account, a mail with a link is on its way.

page-setup =
    .title = Set up the first operator
    .text = The operator signs in with this account.
    .email = E-mail address
    .malformed = That is no e-mail address.
    .password =
        Password (at least { $least ->
            [one] { $least } character
           *[other] { $least } characters
        })
    .button = Create operator

page-setup-done =
    .title = Operator set up
    .text =
        Sign in with this address and enrol an authenticator app: operators need a second factor.

page-dead-link =
    .title = The link does not work any more
    .text = It has run out, was used before, or a newer one took its place. Ask for a new one.

page-too-many =
    .title = Too many attempts
    .text = Wait a little, then try again.

page-failed =
    .title = That did not work
    .text = Nothing was changed. Try again in a moment.

# Why a new password is refused.
password =
    .too-short =
        Choose another password: it must have at least { $least ->
            [one] { $least } character
           *[other] { $least } characters
        }.
    .too-long = Choose another password: it is too long.
    .common = Choose another password: it is among the most common passwords.
    .repetition = Choose another password: it repeats one character.
    .own-name = Choose another password: it is your address, your name here, or the name of this site.
    .breached = Choose another password: it is known from a breach, here or elsewhere.
    .used-before = Choose another password: you have used it here before.

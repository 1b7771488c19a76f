/**
 * What an address says about its owner: a private provider, a throw-away box, a shared mailbox or a
 * company.
 *
 * Short lists on purpose: the providers people really use, the roles of RFC 2142 and of every
 * contact page. A domain that is missing here counts as a company, which costs a few points and
 * refuses nobody.
 */
import { domainOfAddress, localPartOf } from '../sending/address.ts';

export type EmailKind = 'free' | 'role' | 'disposable' | 'company';

export function emailKind(address: string): EmailKind {
  const domain = domainOfAddress(address);
  if (isUnder(domain, disposableDomains)) return 'disposable';
  if (freeDomains.has(domain)) return 'free';
  return roles.has(localPartOf(address).split('+')[0] ?? '') ? 'role' : 'company';
}

/** The domain or one it belongs to: throw-away services hand out subdomains. */
function isUnder(domain: string, domains: ReadonlySet<string>): boolean {
  for (let rest = domain; rest.includes('.'); rest = rest.slice(rest.indexOf('.') + 1)) {
    if (domains.has(rest)) return true;
  }
  return false;
}

const freeDomains = words(`
  gmail.com googlemail.com outlook.com outlook.de outlook.fr hotmail.com hotmail.de hotmail.fr
  hotmail.co.uk hotmail.it hotmail.es live.com live.de live.fr live.co.uk msn.com yahoo.com yahoo.de
  yahoo.fr yahoo.co.uk yahoo.co.in yahoo.it yahoo.es ymail.com rocketmail.com icloud.com me.com mac.com
  aol.com aol.de gmx.de gmx.net gmx.at gmx.ch gmx.com gmx.fr web.de t-online.de freenet.de arcor.de
  mail.de posteo.de mailbox.org proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de
  tuta.io fastmail.com hey.com zoho.com mail.com email.com mail.ru yandex.ru yandex.com bk.ru list.ru
  inbox.ru orange.fr wanadoo.fr free.fr sfr.fr laposte.net libero.it virgilio.it tiscali.it alice.it
  wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz bluewin.ch sunrise.ch chello.at aon.at telenet.be
  skynet.be ziggo.nl kpnmail.nl xs4all.nl btinternet.com sky.com comcast.net verizon.net att.net
  sbcglobal.net cox.net charter.net qq.com 163.com 126.com sina.com naver.com hanmail.net daum.net
  rediffmail.com uol.com.br bol.com.br terra.com.br
`);
const disposableDomains = words(`
  mailinator.com guerrillamail.com guerrillamail.net guerrillamail.org guerrillamail.de sharklasers.com
  grr.la 10minutemail.com 10minutemail.net 20minutemail.com temp-mail.org tempmail.com tempmail.net
  tempmailo.com tempail.com tempr.email throwawaymail.com trashmail.com trashmail.de trashmail.net
  wegwerfmail.de wegwerfemail.de byom.de spambog.com spamgourmet.com yopmail.com yopmail.fr yopmail.net
  maildrop.cc mailnesia.com mailcatch.com mailnull.com mytemp.email mohmal.com moakt.com emailondeck.com
  fakeinbox.com fakemail.net dispostable.com discard.email discardmail.com getnada.com nada.email
  inboxkitten.com mintemail.com burnermail.io spam4.me mailsac.com 33mail.com anonbox.net jetable.org
  einrot.com cuvox.de dayrep.com fleckens.hu gustr.com jourrapide.com rhyta.com superrito.com teleworm.us
`);
const roles = words(`
  abuse accounting accounts admin administrator billing bookings buchhaltung career careers contact
  customerservice enquiries feedback finance hello help helpdesk hostmaster hr info information
  inquiries invoices jobs kontakt mail marketing media news noreply no-reply office orders post
  postmaster press privacy purchasing reception sales security service support team webmaster welcome
`);

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

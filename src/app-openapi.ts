import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { BEARER_SCHEME, CONSOLE_SCHEME, describeAccess } from './access/access-documentation';
import { describeQuotas } from './access/quota-documentation';
import { addProblems } from './problems/problem-responses';
import { ServerConfig } from './config/server.config';
import { PRODUCT } from './common/product';

const DESCRIPTION = `Opens, keeps alive and ends Genesys Cloud guest messaging sessions.

Errors are problem documents (RFC 9457). What each \`code\` means and whether to try again is told at
\`/problems/{code}\`. Besides what an operation lists, any path may answer 404 \`not-found\` when there is nothing
here, 405 \`method-not-allowed\` with \`Allow\` for a method that it does not have, 414 \`uri-too-long\`, and, where the
deployment asks for no credentials, 403 \`foreign-host\` or \`foreign-origin\`. Answers are JSON whatever \`Accept\` says: there
is no 406.

A caller may make so many requests a minute, all keys of its name together. Every answer to it says in \`RateLimit\` and
\`RateLimit-Policy\` (draft-ietf-httpapi-ratelimit-headers-10) how it stands; the request that is one too many gets 429
\`quota-exceeded\` with \`Retry-After\` and is not counted.

The console at \`/console/\` uses this API by a session cookie in place of a bearer token; any operation with a scope but the
event streams takes it. Such a request may also get 403 \`foreign-origin\`, and unless it is GET or HEAD, it needs
\`X-CSRF-Token\` or gets 403 \`csrf-token-invalid\`.

Every request may carry \`X-Request-Id\` (1 to 128 of \`A-Z a-z 0-9 _ . : -\`), which comes back on the answer and is on
every log line and audit record that the request causes, and \`traceparent\` (W3C Trace Context), which is continued.`;

/** The sections of the page, in their order: what callers use first, then operators, then machines. */
const TAGS = [
  ['sessions', 'Opening, showing and ending guest sessions'],
  ['messages', 'Messages, typing and files of a conversation'],
  ['events', 'Event streams'],
  ['webhooks', 'Receivers of events that callers register'],
  ['deliveries', 'Events on their way to the sinks of the deployment'],
  ['sinks', 'The receivers of the deployment, such as the CRM'],
  ['queues', 'Queues of Genesys Cloud'],
  ['limits', 'Limits and their use'],
  ['statistics', 'Figures of all replicas over time'],
  ['replicas', 'The replicas of the deployment'],
  ['doctor', 'Examination of the deployment'],
  ['guests', "Erasure of a guest's data"],
  ['audit', 'The audit trail'],
  ['console', 'Logins of browsers to the console'],
  ['genesys', 'Requests of Genesys Cloud to this service'],
  ['health', 'Probes of an orchestrator'],
  ['metrics', 'Figures of this process and of all sessions'],
  ['problems', 'Explanations of errors'],
] as const;

/** The OpenAPI document, as served at `/openapi.json` and stored in `docs/openapi.json`. */
export function openApiOf(app: NestFastifyApplication): OpenAPIObject {
  const { publicUrl } = app.get(ServerConfig);
  const outline = new DocumentBuilder()
    .setTitle(PRODUCT.name)
    .setDescription(DESCRIPTION)
    .setVersion(PRODUCT.version)
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth({ type: 'http', bearerFormat: 'a key of this service, or a JWT' }, BEARER_SCHEME)
    .addCookieAuth('__Host-console-session', { type: 'apiKey', in: 'cookie' }, CONSOLE_SCHEME);
  for (const [name, description] of TAGS) outline.addTag(name, description);
  if (publicUrl !== '') outline.addServer(publicUrl);
  const document = SwaggerModule.createDocument(app, outline.build(), { operationIdFactory });
  return describeQuotas(addProblems(describeAccess(document)));
}

/** The name of an operation in generated clients: `sessionOpen`. */
function operationIdFactory(controller: string, method: string): string {
  const noun = controller.replace(/Controller$/, '');
  return noun.charAt(0).toLowerCase() + noun.slice(1) + method.charAt(0).toUpperCase() + method.slice(1);
}

import { Controller, Headers, HttpCode, Ip, Param, Post } from '@nestjs/common';
import { ApiHeader, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '../../../common/access/route-access.decorator';
import { ApiProblems } from '../../../common/problem/problem.response';
import { RawBody, TakesRawBody } from '../../../common/server/takes-raw-body.decorator';
import { WebhookIntake } from './webhook-intake';
import { WebhookSource } from './webhook-source';

const SIGNATURE = {
  name: 'x-hub-signature-256',
  required: true,
  description:
    '`sha256=` and the HMAC-SHA-256 of the body with the secret token of the integration, in base64.',
  schema: { type: 'string', example: 'sha256=K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=' },
};

@ApiTags('genesys')
@Controller({ path: 'genesys/open-messaging', version: '1' })
export class OpenWebhookController {
  constructor(
    private readonly intake: WebhookIntake,
    private readonly source: WebhookSource,
  ) {}

  /**
   * Takes the webhooks of an Open Messaging integration; its URL in Genesys Cloud is the address of this route. A message
   * is stored before it is answered, and a repetition changes nothing.
   */
  @Post(':integrationId')
  @Public()
  @TakesRawBody()
  @HttpCode(204)
  @ApiHeader(SIGNATURE)
  @ApiResponse({ status: 204, description: 'Taken, or known already, or of no use here' })
  @ApiProblems({
    401: ['webhook-signature-invalid'],
    403: ['webhook-source-forbidden'],
    413: ['payload-too-large'],
    503: ['storage-unavailable'],
  })
  receive(
    @Param('integrationId') integrationId: string,
    @Headers('x-hub-signature-256') signature: string | undefined,
    @Headers('x-forwarded-for') forwardedFor: string | undefined,
    @Ip() address: string,
    @RawBody() body: Buffer,
  ): Promise<void> {
    this.source.assertAllowed(address, forwardedFor);
    return this.intake.receive({ integrationId, signature, body });
  }
}

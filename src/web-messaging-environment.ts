import { DEMO_DEPLOYMENT_ID } from './simulator/web-messaging/deployment';

/** The settings for sessions over the guest WebSocket of a simulator. */
export function webMessagingEnvironment(simulatorUrl: string): Record<string, string> {
  return {
    GENESYS_DEPLOYMENT_ID: DEMO_DEPLOYMENT_ID,
    GENESYS_ORIGIN: 'https://shop.example',
    GENESYS_MESSAGING_URL: simulatorUrl.replace('http:', 'ws:'),
    GENESYS_CDN_URL: simulatorUrl,
    GENESYS_UPLOAD_ALLOW_PRIVATE: 'true',
  };
}

import { aDelivery } from './delivery.builder';
import { deliveryIdOf, parseDeliveryId } from './delivery-id';

const UUID = '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11';

describe(deliveryIdOf.name, () => {
  it.each(['crm', 'ledger-2', 'a', `a${'-'.repeat(39)}`])(
    'comes back as the key of a delivery to %s',
    (sink) => {
      const id = deliveryIdOf({ ...aDelivery({ id: UUID }), sink });

      expect(id).toBe(`${sink}.${UUID}`);
      expect(parseDeliveryId(id)).toEqual({ sink, eventId: UUID });
    },
  );
});

describe(parseDeliveryId.name, () => {
  it.each([
    '',
    'crm',
    UUID,
    `.${UUID}`,
    `crm.${UUID}0`,
    `crm.${UUID.slice(1)}`,
    `crm.${UUID.toUpperCase()}`,
    `CRM.${UUID}`,
    `1crm.${UUID}`,
    `crm.crm.${UUID}`,
    `crm/${UUID}`,
    `crm.${UUID}\n`,
    `\ncrm.${UUID}`,
    `crm. ${UUID.slice(1)}`,
    `${'a'.repeat(41)}.${UUID}`,
    `crm.${"'".repeat(36)}`,
  ])('makes nothing of %j', (text) => {
    expect(parseDeliveryId(text)).toBeUndefined();
  });
});

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

final class WebhookSignature {
  private static final long TOLERANCE_SECONDS = 300;

  private WebhookSignature() {}

  /**
   * Returns whether one of the secrets (whsec_...) signed the request at most five minutes ago. The strings are the
   * headers webhook-id, webhook-timestamp and webhook-signature; body has the bytes as they were received.
   */
  static boolean isValid(List<String> secrets, String id, String timestamp, String signatures, byte[] body)
      throws GeneralSecurityException {
    if (id == null || timestamp == null || signatures == null || !isRecent(timestamp)) return false;
    boolean valid = false;
    for (String secret : secrets) {
      byte[] expected = ("v1," + sign(secret, id + "." + timestamp + ".", body)).getBytes(UTF_8);
      for (String given : signatures.split(" ")) valid |= MessageDigest.isEqual(expected, given.getBytes(UTF_8));
    }
    return valid;
  }

  private static boolean isRecent(String timestamp) {
    try {
      long age = Instant.now().getEpochSecond() - Long.parseLong(timestamp);
      return age >= -TOLERANCE_SECONDS && age <= TOLERANCE_SECONDS;
    } catch (NumberFormatException error) {
      return false;
    }
  }

  private static String sign(String secret, String prefix, byte[] body) throws GeneralSecurityException {
    byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    mac.update(prefix.getBytes(UTF_8));
    return Base64.getEncoder().encodeToString(mac.doFinal(body));
  }
}

import { declareSpecs } from '../support/grouped-specs';

declareSpecs('e2e', 0, 6);

import { declareSpecs } from '../support/grouped-specs';

declareSpecs('e2e', 3, 6);

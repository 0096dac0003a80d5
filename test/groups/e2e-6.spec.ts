import { declareSpecs } from '../support/grouped-specs';

declareSpecs('e2e', 5, 6);

import { declareSpecs } from '../support/grouped-specs';

declareSpecs('unit', 1, 6);

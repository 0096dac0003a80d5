import { declareSpecs } from '../support/grouped-specs';

declareSpecs('unit', 0, 6);
